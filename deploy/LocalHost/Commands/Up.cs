using System.Runtime.InteropServices;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Commands;

/// <summary>Starts everything, supervises it, and stops it in good order on Ctrl-C or SIGTERM.</summary>
public static class Up
{
    public static async Task<int> RunAsync(UpOptions options, bool detached)
    {
        var data = new DataDirectory(Path.GetFullPath(options.Data));
        Directory.CreateDirectory(data.Root);
        using var held = TakeLock(data);
        if (held is null) return Refuse($"Another deploy/up runs in {data.Root}. Stop it with: deploy/down --data {data.Root}");

        Leftovers.End(data);
        if (options.Fresh) data.Wipe();
        data.Create();

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var journal = new Journal(data, echo: !detached);
        using var leash = new Leash();

        var topology = Topology.Read(Repository.Root, options.Port, options.Replicas);
        var origin = options.Origin ?? $"http://127.0.0.1:{topology.Door.Port}";
        var instance = new Instance(topology, data, origin, options.Bind, options.Detours, Repository.Configuration, journal, leash);
        var failure = await RunAsync(instance, topology, data, options, detached, journal, stop.Token);
        await instance.StopAsync(failure);
        journal.Say(failure ?? "Stopped.");
        return failure is null ? 0 : 1;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Runs until the stop; the answer is why it could not, or null.</summary>
    private static async Task<string?> RunAsync(
        Instance instance, Topology topology, DataDirectory data, UpOptions options, bool detached, Journal journal, CancellationToken stop)
    {
        try
        {
            await RefuseTakenPortsAsync(topology, stop);
            await instance.StartAsync(stop);
            if (!detached) await AfterReady.RunAsync(data, options.Sample, stop);
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (StartFailedException e)
        {
            return $"{e.Message} The end of {data.LogOf(e.Process)}:\n{string.Join('\n', Journal.Tail(data, e.Process, 20))}";
        }
        catch (Exception e) when (e is CommandFailedException or MissingPackageException or PortTakenException)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            // Whatever it is, the processes must be stopped and the reason must reach whoever waits for us.
            journal.Say(e.ToString());
            return e.Message;
        }
    }

    private static async Task RefuseTakenPortsAsync(Topology topology, CancellationToken ct)
    {
        foreach (var (owner, port) in topology.Ports)
        {
            if (await Probes.TcpAsync("127.0.0.1", port, ct) is null)
                throw new PortTakenException($"Port {port} ({owner}) is in use. Choose other ports with --port N: all of them move along.");
        }
    }

    private static FileStream? TakeLock(DataDirectory data)
    {
        try
        {
            return new FileStream(data.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return 1;
    }
}

public sealed class PortTakenException(string message) : Exception(message);
