# Shared by the scripts in this folder; sourced, never run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export PATHWAYS_DATA=${PATHWAYS_DATA:-$root/.data}

die() { echo "${0##*/}: $*" >&2; exit 1; }

# The script's own leading comment is its help.
help_if_asked() {
  for argument in "$@"; do
    case $argument in -h | --help) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; exit 0 ;; esac
  done
}

need_dotnet() {
  command -v dotnet >/dev/null || die "the .NET SDK 10 is not installed: https://dotnet.microsoft.com/download/dotnet/10.0"
  (cd "$root" && dotnet --version >/dev/null 2>&1) || die "no .NET SDK that global.json accepts (10.0.400 or a later feature band); dotnet --list-sdks shows what there is"
}

# Debian's packages of the three nodes: installed when they are missing and we may.
need_packages() {
  local missing=()
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql-15)
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

apt_install() {
  command -v apt-get >/dev/null || die "these Debian packages are missing, and there is no apt-get: $*"
  [ "$(id -u)" = 0 ] || die "packages are missing; run as root: apt-get install -y --no-install-recommends $*"

  echo "Installing $* …"
  # Ours are private nodes: Debian's packages must not start system services beside them.
  local policy=/usr/sbin/policy-rc.d ours= status=0 log
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && ours=yes
  fi
  log=$(mktemp)
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 || status=$?
  [ -z "$ours" ] || rm -f $policy
  [ $status = 0 ] || tail -20 "$log" >&2
  rm -f "$log"
  [ $status = 0 ] || die "could not install $*"
}

# build TARGET: Release, only when a source is newer than the last build of that target, or of everything.
build() {
  local stamps=$root/deploy/LocalHost/obj
  local stamp=$stamps/built-$(basename "$1").stamp
  need_dotnet
  mkdir -p "$stamps"
  (
    flock 9
    for built in "$stamp" "$stamps/built-Pathways.sln.stamp"; do
      [ ! -e "$built" ] || newer_source "$built" || exit 0
    done
    echo "Building $(basename "$1") (Release) …" >&2
    touch "$stamp.started" # a source saved while we build is newer than this
    log=$(mktemp)
    # Without the lock: the compiler server that a build leaves behind would hold it.
    if ! dotnet build "$root/$1" -c Release -v q -nologo -p:RestoreLockedMode=true >"$log" 2>&1 9>&-; then
      grep -E 'error|warn' "$log" | sort -u >&2 || cat "$log" >&2
      rm -f "$log"
      die "the build failed"
    fi
    rm -f "$log"
    mv "$stamp.started" "$stamp"
  ) 9>"$stamps/build.lock"
}

newer_source() {
  find "$root/services" "$root/contracts" "$root/deploy" "$root/tests" "$root"/Directory.* "$root/global.json" \
    \( -name bin -o -name obj -o -name node_modules \) -prune -o \
    \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.sql' -o -name '*.json*' -o -name '*.slnf' \) \
    -newer "$1" -print -quit | grep -q .
}

# run_built PROJECT_FOLDER ASSEMBLY ARGUMENTS…: replaces this script.
run_built() {
  local folder=$1 assembly=$2
  shift 2
  exec dotnet "$root/$folder/bin/Release/net10.0/$assembly.dll" "$@"
}
