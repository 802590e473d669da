using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Pathways.WebDefaults;

/// <summary>
/// A list holds a null. The serializer respects nullable annotations of members, but can't see those of a list's elements
/// (they are gone at run time), so here no list holds null unless its elements are <see cref="Nullable{T}"/> or plain JSON.
/// </summary>
internal sealed class NullElementException(int index, int count) : JsonException("A list must not hold null.")
{
    /// <summary>
    /// The serializer's path leads to the list, or, where it has read the body as one piece, to the place behind its last
    /// element: the check is made when the list is complete.
    /// </summary>
    public string? ElementPath => Path is null ? null : $"{(Path.EndsWith($"[{count}]", StringComparison.Ordinal) ? Path[..Path.LastIndexOf('[')] : Path)}[{index}]";

    public static void Refuse(JsonTypeInfo type)
    {
        if (type is not { Kind: JsonTypeInfoKind.Enumerable, ElementType: { IsValueType: false } element }) return;
        if (element == typeof(object) || element.IsAssignableTo(typeof(JsonNode))) return;
        type.OnDeserialized += list =>
        {
            object?[] elements = [.. ((IEnumerable)list).Cast<object?>()];
            if (Array.IndexOf(elements, null) is var index and >= 0) throw new NullElementException(index, elements.Length);
        };
    }
}
