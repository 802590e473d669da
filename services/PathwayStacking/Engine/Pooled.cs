using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Arrays that grow and are kept: after the first evaluations nothing is allocated any more.</summary>
internal static class Pooled
{
    /// <summary>The array itself, or a larger one without its content.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T[] Room<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[Math.Max(length, Math.Max(16, array.Length * 2))];
        return array;
    }

    /// <summary>The items side by side: asking an interface for each of them is most of what loading takes.</summary>
    public static ReadOnlySpan<T> SpanOf<T>(IReadOnlyList<T> list, ref T[] copy)
    {
        switch (list)
        {
            case T[] array:
                return array;
            case List<T> items:
                return CollectionsMarshal.AsSpan(items);
            default:
                Room(ref copy, list.Count);
                for (var index = 0; index < list.Count; index++)
                    copy[index] = list[index];
                return copy.AsSpan(0, list.Count);
        }
    }

    /// <summary>Room, all zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T[] Clear<T>(ref T[] array, int length)
    {
        Room(ref array, length).AsSpan(0, length).Clear();
        return array;
    }

    /// <summary>Room, all of one value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T[] Fill<T>(ref T[] array, int length, T value)
    {
        Room(ref array, length).AsSpan(0, length).Fill(value);
        return array;
    }
}

/// <summary>A list of whole numbers whose room is kept.</summary>
internal struct IntList
{
    private int[] _items;

    public IntList() => _items = new int[16];

    public int Count { get; set; }

    public readonly int this[int index] => _items[index];

    public readonly ReadOnlySpan<int> Items => _items.AsSpan(0, Count);

    public readonly Span<int> Writable => _items.AsSpan(0, Count);

    public void Add(int item)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Count * 2);
        _items[Count++] = item;
    }

    public int RemoveLast() => _items[--Count];
}
