namespace Pathways.Kernel;

/// <summary>
/// A business refusal: a value, not an exception. <paramref name="Code"/> is stable and part of the public API
/// (RFC 9457 <c>type</c>), <paramref name="Message"/> says what is wrong and <paramref name="Remedy"/> what to do about it.
/// </summary>
/// <param name="Code">Kebab case, stable: <c>pathway-cyclic</c>.</param>
/// <param name="Kind">How the refusal maps to the outside: invalid input, not found, conflict, forbidden.</param>
/// <param name="Place">JSON Pointer or name of the offending part, when there is one.</param>
public sealed record Rejection(string Code, RejectionKind Kind, string Message, string Remedy, string? Place = null)
{
    public static Rejection Invalid(string code, string message, string remedy, string? place = null)
        => new(code, RejectionKind.Invalid, message, remedy, place);

    public static Rejection NotFound(string code, string message, string remedy)
        => new(code, RejectionKind.NotFound, message, remedy);

    public static Rejection Conflict(string code, string message, string remedy)
        => new(code, RejectionKind.Conflict, message, remedy);

    public static Rejection Forbidden(string code, string message, string remedy)
        => new(code, RejectionKind.Forbidden, message, remedy);
}

public enum RejectionKind
{
    Invalid,
    NotFound,
    Conflict,
    Forbidden,
}
