using System.Net.Sockets;
using Npgsql;
using Pathways.Kernel;
using Pathways.Messaging.Wire;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pathways.Messaging.Consuming;

/// <summary>An event that can't be handled, however often it is tried.</summary>
internal sealed class ReactionFailedException(IncomingEvent incoming, Exception inner) : Exception(inner.Message, inner)
{
    public IncomingEvent Incoming { get; } = incoming;
}

/// <summary>An event asks for something that the rules refuse although it should not have come to that: an operator has to look.</summary>
public sealed class ReactionRefusedException(Rejection rejection) : Exception($"{rejection.Code}: {rejection.Message} {rejection.Remedy}");

/// <summary>The source is of a newer build than we are: whether the event matters here, only a newer one of ours can say.</summary>
internal sealed class UnknownContractException(string type) : Exception($"The contract '{type}' is not known to this build.");

/// <summary>The reaction's unit of work was refused, and not because somebody was faster.</summary>
internal sealed class CommitRefusedException(string code, string message) : Exception($"{code}: {message}");

/// <summary>The source went back to a backup: nothing is taken from it until an operator accepts it.</summary>
internal sealed class SourceRestoredException(string source) : Exception($"{source} was restored and is not accepted yet.");

/// <summary>Somebody else was faster, again and again. It will pass.</summary>
internal sealed class ContendedException(SourceStream stream) : Exception($"{stream.Source}/{stream.Tenant}/{stream.Stream} is contended.");

internal static class Faults
{
    /// <summary>What passes by waiting: something that we need is away or overloaded.</summary>
    public static bool IsTransient(Exception? fault) => fault switch
    {
        null => false,
        ReactionFailedException => false,
        NpgsqlException { IsTransient: true } => true,
        ContendedException or SourceRestoredException or TimeoutException or TimeoutRejectedException or BrokenCircuitException => true,
        HttpRequestException or SocketException or IOException or OperationCanceledException => true,
        _ => IsTransient(fault.InnerException),
    };
}
