namespace Pathways.LinkedData;

/// <summary>
/// A document, key or identifier that does not follow its standard. <paramref name="code"/> is stable: the error code of the
/// specification where it names one (<c>invalid context entry</c>), else a name of ours (<c>duplicate key</c>).
/// </summary>
public sealed class LinkedDataException(string code, string message, Exception? cause = null) : Exception(message, cause)
{
    public string Code { get; } = code;
}
