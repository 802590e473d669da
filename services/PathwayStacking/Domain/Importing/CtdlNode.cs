namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>A JSON object read as a JSON-LD node: members by local name, values without their JSON-LD wrapping.</summary>
internal sealed class CtdlNode
{
    private readonly Dictionary<string, JsonValue> _members = [];

    public CtdlNode(JsonValue value)
    {
        Value = value;
        foreach (var (name, member) in value.Members)
            _members[name[0] == '@' ? name[1..] : CtdlTerms.LocalName(name)] = member;
        Id = FirstText("id");
        Types = [.. Texts("type").Select(CtdlTerms.LocalName)];
    }

    public JsonValue Value { get; }

    public string Place => Value.Place;

    public string? Id { get; }

    public IReadOnlyList<string> Types { get; }

    public bool Has(string property) => _members.ContainsKey(property);

    /// <summary>The values of a property: items of its array, or the one value; nulls are left out.</summary>
    public IEnumerable<JsonValue> Values(params ReadOnlySpan<string> properties)
    {
        var values = new List<JsonValue>();
        foreach (var property in properties)
        {
            if (_members.TryGetValue(property, out var value))
                values.AddRange((value.Kind == JsonKind.Array ? value.Items : [value]).Where(item => item.Kind != JsonKind.Null));
        }

        return values;
    }

    /// <summary>Literals and the ids of references.</summary>
    public IEnumerable<string> Texts(params ReadOnlySpan<string> properties) => [.. Values(properties).Select(Scalar).OfType<string>()];

    public string? FirstText(params ReadOnlySpan<string> properties) => Texts(properties).FirstOrDefault();

    /// <summary>A literal, a value object, or a reference's id.</summary>
    public static string? Scalar(JsonValue value) => value.Kind switch
    {
        JsonKind.String or JsonKind.Number or JsonKind.Boolean => value.Text,
        JsonKind.Object => value.Members.FirstOrDefault(member => member.Key is "@value" or "@id" or "id").Value?.Text,
        _ => null,
    };

    /// <summary>
    /// Text for people: a plain string, a language map or language-tagged values. English is preferred, then the first language written.
    /// </summary>
    public string? HumanText(string property)
    {
        var texts = new List<(string Language, string Text)>();
        foreach (var value in Values(property))
        {
            if (Scalar(value) is { } literal)
                texts.Add((value.Members.FirstOrDefault(member => member.Key == "@language").Value?.Text ?? "", literal));
            else
                texts.AddRange(value.Members.SelectMany(Languages));
        }

        var chosen = texts.Find(text => text.Language.StartsWith("en", StringComparison.OrdinalIgnoreCase)).Text ?? texts.FirstOrDefault().Text;
        return string.IsNullOrWhiteSpace(chosen) ? null : chosen.Trim();

        static IEnumerable<(string Language, string Text)> Languages(KeyValuePair<string, JsonValue> member)
            => (member.Value.Kind == JsonKind.Array ? member.Value.Items : [member.Value])
                .Where(item => item.Kind == JsonKind.String)
                .Select(item => (member.Key.TrimStart('@'), item.Text));
    }
}
