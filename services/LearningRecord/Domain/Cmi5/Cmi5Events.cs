namespace Pathways.LearningRecord.Domain.Cmi5;

/// <summary>A course's structure was imported, perhaps anew. Registrations keep the version that they were made for.</summary>
public sealed record Cmi5CourseImported(string Key, Cmi5Course Course);

/// <summary>A learner takes a course.</summary>
/// <param name="CourseVersion">Version of the course's stream.</param>
/// <param name="Actor">The learner as agent, encrypted under the learner's key.</param>
public sealed record Cmi5Registered(Guid RegistrationId, string CourseKey, long CourseVersion, string LearnerId, string Actor);

/// <summary>A session of a unit begins.</summary>
/// <param name="FetchHash">SHA-256 of the secret that the token is fetched with, hexadecimal.</param>
public sealed record Cmi5Launched(Guid SessionId, string Unit, string Mode, string FetchHash, DateTimeOffset At);

/// <summary>The session's token was handed out, which happens once.</summary>
/// <param name="TokenHash">SHA-256 of the token's secret, hexadecimal.</param>
public sealed record Cmi5TokenFetched(Guid SessionId, string TokenHash);

/// <summary>The unit reported something that the rules count.</summary>
/// <param name="Verb">Last part of the verb's IRI: <c>initialized</c>, <c>completed</c>, <c>passed</c>, <c>failed</c>, <c>terminated</c>.</param>
public sealed record Cmi5Reported(Guid SessionId, string Verb, DateTimeOffset At);

/// <summary>The session ended without the unit saying so.</summary>
public sealed record Cmi5Abandoned(Guid SessionId, DateTimeOffset At);

/// <summary>The unit counts as done without having been.</summary>
public sealed record Cmi5Waived(string Unit, string Reason, Guid SessionId);

/// <summary>All units of a block, or of the course, are done.</summary>
/// <param name="Target">The block's id; of the course its own.</param>
public sealed record Cmi5Satisfied(string Target, Guid SessionId);
