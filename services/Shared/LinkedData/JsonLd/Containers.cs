using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>@container: which words may stand, alone and together (JSON-LD 1.1 API, 4.2.2 step 19).</summary>
internal static class Containers
{
    public static Container Read(JsonElement value, bool mode10)
    {
        if (mode10 && value.ValueKind != JsonValueKind.String)
            throw Invalid();
        var container = Container.None;
        foreach (var word in ((JsonElement?)value).AsArray())
            container |= Word(word);

        var isAllowed = (container & ~Container.Set) switch
        {
            Container.None or Container.Index or Container.Language or Container.Graph or Container.Id or Container.Type => true,
            Container.List => container == Container.List,
            (Container.Graph | Container.Id) or (Container.Graph | Container.Index) => true,
            _ => false,
        };
        if (!isAllowed || (mode10 && (container & (Container.Graph | Container.Id | Container.Type)) != Container.None))
            throw Invalid();
        return container;
    }

    private static Container Word(JsonElement word) => (word.ValueKind == JsonValueKind.String ? word.GetString() : null) switch
    {
        "@list" => Container.List,
        "@set" => Container.Set,
        "@language" => Container.Language,
        "@index" => Container.Index,
        "@graph" => Container.Graph,
        "@id" => Container.Id,
        "@type" => Container.Type,
        _ => throw Invalid(),
    };

    private static LinkedDataException Invalid() => Problem.Error("invalid container mapping");
}
