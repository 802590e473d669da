using Npgsql;

namespace Pathways.EventStore.Appending;

/// <summary>The writes of units of one tenant that share a transaction: what says the same about other rows is one statement over all of them.</summary>
internal static class JoinedWrites
{
    public static IReadOnlyList<GuardedWrite> Of(IReadOnlyList<PreparedUnit> units)
    {
        if (units is [var only]) return only.Work.Writes;
        var joined = new List<GuardedWrite>();
        var alike = new Dictionary<string, List<GuardedWrite>>(StringComparer.Ordinal);
        foreach (var write in units.SelectMany(unit => unit.Work.Writes))
        {
            if (!write.Columns) joined.Add(write);
            else if (alike.TryGetValue(write.Sql, out var others)) others.Add(write);
            else alike[write.Sql] = [write];
        }
        joined.AddRange(alike.Values.Select(same => Join(same)));
        return joined;
    }

    private static GuardedWrite Join(List<GuardedWrite> writes) => writes is [var only] ? only : writes[0] with
    {
        Parameters = [writes[0].Parameters[0], .. Enumerable.Range(1, writes[0].Parameters.Count - 1).Select(index => Join(writes, index))],
        RowsRequired = writes[0].RowsRequired is null ? null : writes.Sum(write => write.RowsRequired),
    };

    private static NpgsqlParameter Join(List<GuardedWrite> writes, int index)
    {
        var columns = writes.ConvertAll(write => (Array)write.Parameters[index].Value!);
        var all = Array.CreateInstance(columns[0].GetType().GetElementType()!, columns.Sum(column => column.Length));
        int at = 0;
        foreach (var column in columns)
        {
            column.CopyTo(all, at);
            at += column.Length;
        }
        return new() { Value = all, NpgsqlDbType = writes[0].Parameters[index].NpgsqlDbType };
    }
}
