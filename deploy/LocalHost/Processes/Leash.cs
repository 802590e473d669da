using System.Diagnostics;

namespace Pathways.LocalHost.Processes;

/// <summary>
/// Nothing we started may outlive us, not even when we are killed with -9: a small shell reads our list of process
/// groups from a pipe, and ends those left on it when the pipe closes. (The kernel's own parent-death signal is tied to
/// the thread that started the child, and .NET's pool threads end whenever they like.)
/// </summary>
public sealed class Leash : IDisposable
{
    // A held group is "pid:start time": by the time we end, the number alone may name somebody else's process.
    private const string Script = """
        started() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20; }
        signal() {
          for held in $groups; do
            now=$(started "${held%:*}")
            [ -n "$now" ] && [ "$now" != "${held#*:}" ] || kill "-$1" "-${held%:*}"
          done
        }
        some_left() { for held in $groups; do [ "$(started "${held%:*}")" != "${held#*:}" ] || return 0; done; return 1; }

        groups=" "
        while IFS=' ' read -r verb what; do
          case $verb in
            hold) groups="$groups$what " ;;
            free) groups=$(printf %s "$groups" | sed "s/ $what:[0-9]* / /") ;;
            wipe) set -- "$@" "$what" ;;
          esac
        done
        signal TERM; signal CONT
        tries=0
        while some_left && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
        signal KILL
        [ $# = 0 ] || rm -rf -- "$@"
        """;

    private readonly Process _shell;
    private readonly Lock _writing = new();

    public Leash()
    {
        // Without 2>/dev/null a long gone group would be reported into somebody's terminal.
        _shell = Process.Start(new ProcessStartInfo("setsid")
        {
            ArgumentList = { "sh", "-c", $"exec 1>/dev/null 2>/dev/null\n{Script}", "leash" },
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        }) ?? throw new InvalidOperationException("setsid did not start.");
    }

    public void Hold(int group)
    {
        if (Signals.StartTime(group) is { } start) Say($"hold {group}:{start}");
    }

    public void Free(int group) => Say($"free {group}");

    /// <summary>A folder to delete when we are gone; for what tests leave in the temporary folder.</summary>
    public void Wipe(string folder) => Say($"wipe {folder}");

    public void Dispose() => _shell.Dispose();

    private void Say(string line)
    {
        lock (_writing)
        {
            _shell.StandardInput.WriteLine(line);
            _shell.StandardInput.Flush();
        }
    }
}
