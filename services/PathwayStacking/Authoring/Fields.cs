using System.Globalization;
using System.Text.Json;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Importing;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>The members of a mapping, each taken once; what is left over is a mistake.</summary>
internal sealed class Fields
{
    private readonly Dictionary<string, JsonValue> _members;

    public Fields(JsonValue value, string what)
    {
        if (value.Kind != JsonKind.Object)
            throw Refuse(value, $"{what} is a mapping of names to values.");
        Value = value;
        What = what;
        _members = value.Members.ToDictionary(member => member.Key, member => member.Value);
    }

    public JsonValue Value { get; }

    public string What { get; }

    public JsonValue? Take(string name) => _members.Remove(name, out var value) && value.Kind != JsonKind.Null ? value : null;

    /// <summary>The first member whose name passes, with its name.</summary>
    public (string Name, JsonValue Value)? TakeFirst(Func<string, bool> wanted)
    {
        var name = Value.Members.Select(member => member.Key).FirstOrDefault(key => _members.ContainsKey(key) && wanted(key));
        return name is not null && _members.Remove(name, out var value) ? (name, value) : null;
    }

    public string? Text(string name) => Take(name) is { } value ? TextOf(value, name) : null;

    public IReadOnlyList<string> Texts(string name) => Take(name) is { } value ? [.. Items(value).Select(item => TextOf(item, name))] : [];

    public IReadOnlyList<JsonValue> All(string name) => Take(name) is { } value ? Items(value) : [];

    public decimal? Number(string name)
    {
        if (Take(name) is not { } value)
            return null;
        return NumberOf(value);
    }

    public static decimal NumberOf(JsonValue value)
        => decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= 1_000_000 && decimal.Round(number, 6) == number
            ? number
            : throw Refuse(value, $"\"{value.Text}\" is not a number between -1,000,000 and 1,000,000 with at most 6 decimals.", "number-out-of-range");

    public int? Whole(string name)
    {
        if (Take(name) is not { } value)
            return null;
        var number = NumberOf(value);
        return number >= 0 && number == decimal.Truncate(number) ? (int)number : throw Refuse(value, $"\"{name}\" is a whole number from 0 up.", "number-out-of-range");
    }

    public bool? Flag(string name) => Take(name) is not { } value ? null
        : value.Kind == JsonKind.Boolean ? value.Text == "true" : throw Refuse(value, $"\"{name}\" is true or false.");

    public DateOnly? Day(string name) => Take(name) is not { } value ? null
        : DateOnly.TryParseExact(value.Text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw Refuse(value, $"\"{name}\" is a day such as 2026-08-01.");

    /// <summary>Refuses what nobody has taken: a misspelt name must not be overlooked.</summary>
    public void End()
    {
        if (_members.Count > 0)
        {
            var (name, value) = _members.First();
            throw Refuse(value, $"{What} has no \"{name}\".");
        }
    }

    public static IReadOnlyList<JsonValue> Items(JsonValue value) => value.Kind == JsonKind.Array ? value.Items : [value];

    public static string TextOf(JsonValue value, string what)
        => value.Kind is JsonKind.String or JsonKind.Number or JsonKind.Boolean ? value.Text : throw Refuse(value, $"\"{what}\" is a text.");

    public static JsonElement ElementOf(JsonValue value) => JsonSerializer.SerializeToElement(value.ToNode());

    public static AuthoringException Refuse(JsonValue at, string message, string code = "authoring-malformed")
        => new(Rejection.Invalid(code, message, "services/PathwayStacking/Authoring/README.md shows each part.", at.Place));
}

/// <summary>Leaves the reading from any depth; never leaves <see cref="PathwayReader.Read"/>.</summary>
internal sealed class AuthoringException(Rejection rejection) : Exception(rejection.Message)
{
    public Rejection Rejection { get; } = rejection;
}
