namespace Pathways.Contracts;

/// <summary>A public event: what one service tells the others and the institutions. References and facts a receiver needs to act; no personal data beyond a pseudonymous learner id.</summary>
public interface IPublicEvent;

/// <summary>Names a public event on the wire: <c>pathways.learning-record.achievement-recorded.v1</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PublicEventAttribute(string source, string name, int version) : Attribute
{
    /// <summary>The publishing service.</summary>
    public string Source { get; } = source;

    public string Name { get; } = name;

    public int Version { get; } = version;

    /// <summary>The CloudEvents <c>type</c>.</summary>
    public string Type => $"pathways.{Source}.{Name}.v{Version}";
}

/// <summary>An amount of credit in a stated unit. A missing amount or unit is a state (not known), never a guess.</summary>
/// <param name="Unit">A concept: <c>creditUnit:SemesterHour</c>, <c>ECTS</c>, or an IRI.</param>
public sealed record Credit(decimal? Amount, string? Unit);
