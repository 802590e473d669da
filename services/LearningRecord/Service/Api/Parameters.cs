using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>
/// The query of a request, read strictly: what the route does not declare (<see cref="KnownQuery"/>), or is written in another case, is refused, and so is a value that
/// would not stand in a statement. The first refusal is kept; the readers after it answer nothing.
/// </summary>
internal sealed class Parameters
{
    private readonly IQueryCollection _query;

    public Parameters(HttpRequest request)
    {
        _query = request.Query;
        string[] known = [.. KnownQuery.Declared(request.HttpContext.GetEndpoint()!.Metadata).Select(parameter => parameter.Name)];
        foreach (var (name, values) in _query)
        {
            if (!known.Contains(name)) Refusal ??= KnownQuery.Unknown(name, known);
            else if (values.Count != 1) Refuse(name, $"'{name}' is given more than once.", "Give it once.");
        }
    }

    public Rejection? Refusal { get; private set; }

    public bool Has(string name) => _query.ContainsKey(name);

    public string? Text(string name) => _query.TryGetValue(name, out StringValues values) && values is [{ } value] ? value : null;

    public Guid? Id(string name)
    {
        if (Text(name) is not { } text) return null;
        if (Uuid.TryParse(text, out var id)) return id;
        Refuse(name, $"'{name}' must be a UUID.");
        return null;
    }

    public string? Iri(string name)
    {
        if (Text(name) is not { } text || Domain.Xapi.Iri.IsValid(text)) return Text(name);
        Refuse(name, $"'{name}' must be an IRI with a scheme.");
        return null;
    }

    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text) return null;
        // A plus that was not escaped in the address arrives as a space.
        if (XapiTimestamp.TryParse(text.Replace(' ', '+'), out var instant)) return instant;
        Refuse(name, $"'{name}' must be a date-time of RFC 3339.");
        return null;
    }

    public bool Flag(string name)
    {
        string? text = Text(name);
        if (text is not (null or "true" or "false")) Refuse(name, $"'{name}' must be true or false.");
        return text == "true";
    }

    public int? Count(string name)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int count)) return count;
        Refuse(name, $"'{name}' must be a whole number, 0 or more.");
        return null;
    }

    /// <summary>An agent or identified group as JSON.</summary>
    public Identity? Agent(string name)
    {
        if (Text(name) is not { } text) return null;
        var parsed = StatementJson.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        if (!parsed.IsAccepted)
        {
            Refuse(name, $"'{name}' must be an agent as JSON: {parsed.Rejection.Message}");
            return null;
        }
        using var document = parsed.Value;
        if (StatementRules.CheckActor(document.RootElement) is { } breach)
        {
            Refuse(name, $"'{name}' must be a valid agent: {breach.Place} {breach.Message}");
            return null;
        }
        var identity = Identity.Of(document.RootElement);
        if (identity is null) Refuse(name, $"'{name}' must be identified: a group without an identifier can't be looked for.");
        return identity;
    }

    [MemberNotNull(nameof(Refusal))]
    public void Require(string name) => Refuse(name, $"'{name}' is required.", "Add it to the address.");

    [MemberNotNull(nameof(Refusal))]
    public void Refuse(string name, string message, string remedy = "Correct the value of the parameter.") => Refusal ??= Rejection.Invalid("parameter-invalid", message, remedy, name);
}
