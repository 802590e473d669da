using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.PathwayStacking.Domain.Importing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>YAML for people: what is short stands on one line.</summary>
internal static class YamlWriter
{
    private const int LongestLine = 110;

    public static string Write(JsonObject document)
    {
        var text = new StringBuilder();
        var emitter = new Emitter(new StringWriter(text), new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, document, depth: 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Emit(Emitter emitter, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject members:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, IsShort(members, depth) ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in members)
                {
                    emitter.Emit(ScalarOf(name, isText: true));
                    Emit(emitter, value, depth + 1);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, IsShort(items, depth) ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in items)
                    Emit(emitter, item, depth + 1);
                emitter.Emit(new SequenceEnd());
                break;
            case null:
                emitter.Emit(ScalarOf("null", isText: false));
                break;
            default:
                var isText = node.GetValueKind() == JsonValueKind.String;
                emitter.Emit(ScalarOf(isText ? node.GetValue<string>() : node.ToJsonString(), isText));
                break;
        }
    }

    /// <summary>The outermost mapping is never a line, and neither is a list of mappings.</summary>
    private static bool IsShort(JsonNode node, int depth)
        => depth > 1 && node.ToJsonString().Length <= LongestLine && !(node is JsonArray items && items.Any(item => item is JsonObject)) && !HasNestedList(node);

    private static bool HasNestedList(JsonNode node)
        => node is JsonObject members && members.Any(member => member.Value is JsonArray items && items.Any(item => item is JsonObject));

    private static Scalar ScalarOf(string value, bool isText)
    {
        var mustQuote = isText && (YamlReader.KindOfPlain(value) != JsonKind.String || value != value.Trim() || value.Any(char.IsControl) || value.StartsWith('='));
        return new(AnchorName.Empty, TagName.Empty, value, mustQuote ? ScalarStyle.DoubleQuoted : ScalarStyle.Any, isPlainImplicit: true, isQuotedImplicit: true);
    }
}
