using System.Diagnostics.CodeAnalysis;

namespace Pathways.LinkedData.JsonLd;

/// <summary>
/// A map of expanded JSON-LD: few members, in the order they came. Values are null, string, bool, JsonElement (a number or a JSON
/// literal), <see cref="LdMap"/> or a list of these.
/// </summary>
internal sealed class LdMap
{
    /// <summary>Below this, looking along the members is faster than hashing; a stranger's map of thousands is hashed.</summary>
    private const int FewMembers = 12;

    private readonly List<KeyValuePair<string, object?>> members = new(4);
    private Dictionary<string, int>? index;

    public int Count => members.Count;

    public IReadOnlyList<KeyValuePair<string, object?>> Members => members;

    public object? this[string key]
    {
        get => TryGet(key, out var value) ? value : null;
        set
        {
            var at = IndexOf(key);
            if (at >= 0)
                members[at] = new(key, value);
            else
                Append(key, value);
        }
    }

    public bool Has(string key) => IndexOf(key) >= 0;

    public bool TryGet(string key, [MaybeNullWhen(false)] out object? value)
    {
        var at = IndexOf(key);
        value = at >= 0 ? members[at].Value : null;
        return at >= 0;
    }

    /// <summary>The list under the key, made when it is not there.</summary>
    public List<object?> ListAt(string key)
    {
        switch (this[key])
        {
            case List<object?> list:
                return list;
            case null when !Has(key):
                var made = new List<object?>(1);
                Append(key, made);
                return made;
            case var single:
                var wrapped = new List<object?> { single };
                this[key] = wrapped;
                return wrapped;
        }
    }

    /// <summary>Add value: single values and lists are both appended.</summary>
    public void Add(string key, object? value)
    {
        var list = ListAt(key);
        if (value is List<object?> several)
            list.AddRange(several);
        else
            list.Add(value);
    }

    public void Remove(string key)
    {
        var at = IndexOf(key);
        if (at < 0)
            return;
        members.RemoveAt(at);
        index = null;
        if (members.Count > FewMembers)
            BuildIndex();
    }

    private void Append(string key, object? value)
    {
        members.Add(new(key, value));
        if (index is not null)
            index[key] = members.Count - 1;
        else if (members.Count > FewMembers)
            BuildIndex();
    }

    private void BuildIndex()
    {
        index = new Dictionary<string, int>(members.Count * 2, StringComparer.Ordinal);
        for (var i = 0; i < members.Count; i++)
            index[members[i].Key] = i;
    }

    private int IndexOf(string key)
    {
        if (index is not null)
            return index.GetValueOrDefault(key, -1);
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Key == key)
                return i;
        }
        return -1;
    }
}
