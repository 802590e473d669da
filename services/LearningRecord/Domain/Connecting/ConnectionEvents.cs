using System.Collections.Immutable;

namespace Pathways.LearningRecord.Domain.Connecting;

/// <summary>Another record store, and what goes there or comes from there. Its secret is not in any event.</summary>
/// <param name="Direction"><c>out</c>: statements are forwarded there. <c>in</c>: they are fetched from there.</param>
/// <param name="Endpoint">Where <c>/statements</c> follows, as <c>https://lrs.example.edu/xapi</c>.</param>
/// <param name="Key">Of the credentials (Basic) that the other store has given out; empty when the secret is a bearer token.</param>
/// <param name="IntervalSeconds">Between two looks for something new.</param>
public sealed record ConnectionSettings(
    string Direction, string Name, string Endpoint, string Key, string XapiVersion, StatementFilter Filter, int IntervalSeconds);

/// <param name="FromStart">With everything that was stored before; otherwise with what is stored from now on.</param>
public sealed record ConnectionDefined(Guid ConnectionId, ConnectionSettings Settings, bool FromStart);

public sealed record ConnectionChanged(Guid ConnectionId, ConnectionSettings Settings, bool SecretChanged);

/// <summary>It stands still until it is resumed, and then goes on where it was: nothing is lost.</summary>
public sealed record ConnectionPaused(Guid ConnectionId);

public sealed record ConnectionResumed(Guid ConnectionId);

/// <summary>For ever. Its secret and its place are gone with it.</summary>
public sealed record ConnectionEnded(Guid ConnectionId);

/// <summary>These statements were given up by an operator: they do not go through this connection.</summary>
public sealed record StatementsSkipped(Guid ConnectionId, ImmutableArray<Guid> Statements);
