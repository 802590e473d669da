using System.Collections.Immutable;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Csv;

/// <summary>A mapping of an institution holds from now on, in place of an earlier one of the same name.</summary>
/// <param name="Mapping">The mapping's JSON as it came.</param>
public sealed record CsvMappingSet(string Name, string Mapping);

/// <summary>The mappings that an institution's CSV files are read by, by name.</summary>
public static class CsvMappings
{
    public const string Stream = "csv-mappings";

    private const int Most = 100;

    public static Decider<ImmutableSortedDictionary<string, string>> Decider { get; } = new(
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
        (state, @event) => @event is CsvMappingSet set ? state.SetItem(set.Name, set.Mapping) : throw new InvalidOperationException($"The stream of mappings does not hold {@event.GetType().Name}."));

    public static Decision Set(ImmutableSortedDictionary<string, string> current, string name, ReadOnlyMemory<byte> json)
    {
        var mapping = CsvMapping.Parse(json);
        if (!mapping.IsAccepted) return mapping.Rejection;
        if (mapping.Value.Name != name) return Rejection.Invalid("csv-mapping-invalid", $"The mapping is called '{mapping.Value.Name}', and the address '{name}'.", "Make them the same.", "/name");
        string text = System.Text.Encoding.UTF8.GetString(ByteOrderMark.Skip(json).Span);
        if (current.TryGetValue(name, out string? before) && before == text) return Decision.Nothing;
        return current.Count == Most && !current.ContainsKey(name)
            ? Rejection.Conflict("csv-mappings-too-many", $"At most {Most} mappings are kept.", "Set one of them anew.")
            : Decision.Accept(new CsvMappingSet(name, text));
    }
}
