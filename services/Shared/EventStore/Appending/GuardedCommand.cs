using System.Globalization;
using Npgsql;

namespace Pathways.EventStore.Appending;

/// <summary>A guarded write as SQL that checks its own row count, so that a refusal needs no second round trip.</summary>
internal static class GuardedCommand
{
    public static NpgsqlBatchCommand Build(GuardedWrite write, int index)
    {
        var command = new NpgsqlBatchCommand(write.RowsRequired is null ? write.Sql : Counting(write.Sql, write.Parameters.Count));
        // A parameter belongs to one command only, and a unit of work may be attempted again.
        foreach (var parameter in write.Parameters) command.Parameters.Add(parameter.Clone());
        if (write.RowsRequired is { } rows)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rows });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = index });
        }
        return command;
    }

    private static string Counting(string sql, int parameters)
    {
        string statement = sql.Trim().TrimEnd(';');
        bool answersRows = statement.StartsWith("select", StringComparison.OrdinalIgnoreCase)
            || statement.Contains("returning", StringComparison.OrdinalIgnoreCase);
        return string.Create(CultureInfo.InvariantCulture, $"""
            with guarded as ({statement}{(answersRows ? "" : " returning 1")})
            select events.require_rows((select count(*) from guarded), ${parameters + 1}, ${parameters + 2})
            """);
    }
}
