using System.ComponentModel;
using System.Runtime.InteropServices;
using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;

namespace Pathways.Faults;

/// <summary>
/// A file system on a disk of its own (ext4 on a loop device) whose power can be cut: what was written and not flushed is
/// then gone, as xfstests' <c>godown</c> does it.
/// </summary>
internal sealed class LoopDisk : IDisposable
{
    private const string Megabytes = "400M";

    // _IOR('X', 125, __u32) of linux/fs.h, with EXT4_GOING_FLAGS_NOLOGFLUSH: stop at once, write nothing more.
    private const nuint Shutdown = 0x8004587D;
    private const uint WithoutFlushing = 2;

    private readonly TemporaryFolder _folder = new("disk");

    private LoopDisk() => Directory.CreateDirectory(Mount);

    public static bool IsPossible { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/dev/loop-control") && File.Exists("/usr/sbin/mkfs.ext4");

    private string Image => _folder.Sub("image");

    private string Mount => _folder.Sub("mount");

    public static async Task<LoopDisk> CreateAsync(CancellationToken cancellation)
    {
        var disk = new LoopDisk();
        await Command.RunAsync("truncate", ["-s", Megabytes, disk.Image], cancellation);
        await Command.RunAsync("mkfs.ext4", ["-q", "-F", disk.Image], cancellation);
        await disk.PowerOnAsync(cancellation);
        return disk;
    }

    public string Sub(string name) => Path.Combine(Mount, name);

    public Task FlushAsync(CancellationToken cancellation) => Command.RunAsync("sync", ["-f", Mount], cancellation);

    public void CutPower()
    {
        using var file = File.OpenHandle(Sub("switch"), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        uint how = WithoutFlushing;
        if (Ioctl(file.DangerousGetHandle().ToInt32(), Shutdown, ref how) != 0) throw new Win32Exception();
    }

    public async Task PowerOnAsync(CancellationToken cancellation)
    {
        // The children of a server that was killed hold its files for a moment longer.
        await Eventually.TrueAsync(() => TakenOffAsync(cancellation), TimeSpan.FromSeconds(10), "nobody uses the disk", cancellation);
        await Command.RunAsync("mount", ["-o", "loop", Image, Mount], cancellation);
    }

    public void Dispose()
    {
        if (IsMounted)
        {
            using var umount = System.Diagnostics.Process.Start("umount", ["-l", Mount]);
            umount.WaitForExit();
        }

        _folder.Dispose();
    }

    private async Task<bool> TakenOffAsync(CancellationToken cancellation)
    {
        try
        {
            if (IsMounted) await Command.RunAsync("umount", [Mount], cancellation);
            return true;
        }
        catch (CommandFailedException)
        {
            return false;
        }
    }

    private bool IsMounted => File.ReadAllText("/proc/mounts").Contains($" {Mount} ", StringComparison.Ordinal);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Ioctl(int file, nuint request, ref uint argument);
}
