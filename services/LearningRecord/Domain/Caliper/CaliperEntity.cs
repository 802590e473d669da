using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Caliper;

/// <summary>An entity where an event speaks of it: whole, or only by its IRI.</summary>
internal readonly struct CaliperEntity
{
    private readonly JsonElement _json;

    private CaliperEntity(JsonElement json, string id) => (_json, Id) = (json, id);

    public string Id { get; }

    /// <summary>Empty when only the IRI is given.</summary>
    public string Type => Text("type") ?? "";

    public bool IsPerson => Type == "Person";

    /// <returns>Null when it is none, or has no IRI.</returns>
    public static CaliperEntity? Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String when Iri.IsValid(json.GetString()!) => new CaliperEntity(json, json.GetString()!),
        JsonValueKind.Object when json.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && Iri.IsValid(id.GetString()!) => new CaliperEntity(json, id.GetString()!),
        _ => null,
    };

    public static CaliperEntity? At(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var entity) ? Of(entity) : null;

    public CaliperEntity? At(string name) => At(_json, name);

    public string? Text(string name)
        => _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    public decimal? Number(string name)
        => _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetDecimal(out decimal value) ? value : null;

    public IEnumerable<string> Texts(string name)
        => _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)
            : [];

    /// <summary>An address of mail identifies by itself; any other IRI is an account of the place that it is at.</summary>
    public JsonObject ToAgent()
    {
        if (Id.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) return new JsonObject { ["mbox"] = "mailto:" + Id["mailto:".Length..] };
        bool isAddress = Uri.TryCreate(Id, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        return new JsonObject { ["account"] = new JsonObject { ["homePage"] = isAddress ? address!.GetLeftPart(UriPartial.Authority) : Id, ["name"] = Id } };
    }

    public JsonObject ToActivity()
    {
        var activity = new JsonObject { ["id"] = Id };
        if (Type.Length == 0) return activity;
        var definition = new JsonObject { ["type"] = CaliperTypes.Of(Type) };
        // Caliper does not say in which language: "und" is the tag for that (RFC 5646).
        if (Text("name") is { } name) definition["name"] = new JsonObject { ["und"] = name };
        if (Text("description") is { } description) definition["description"] = new JsonObject { ["und"] = description };
        activity["definition"] = definition;
        return activity;
    }
}
