using Pathways.EventStore.Appending;

namespace Pathways.WebDefaults;

/// <summary>What a command answers when it is committed.</summary>
/// <param name="Version">The stream's version after it: the ETag.</param>
/// <param name="Location">Of what was created.</param>
public sealed record CommandAnswer(object? Body, int Status = 200, long? Version = null, string? Location = null);

/// <summary>A decision that is ready to be committed, and the answer it will then give.</summary>
public sealed record PreparedCommand(UnitOfWork Work, CommandAnswer Answer);
