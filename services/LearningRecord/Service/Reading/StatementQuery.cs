using Npgsql;
using NpgsqlTypes;

namespace Pathways.LearningRecord.Reading;

/// <summary>A page of statements: the terms all of which must hold, and a stretch of the record.</summary>
/// <param name="Terms">Hashed; the rarest kind first, since the first is what is scanned and the others are looked up.</param>
/// <param name="After">Exclusive.</param>
/// <param name="Through">Inclusive.</param>
internal sealed record StatementQuery(IReadOnlyList<long> Terms, long After, long Through, bool Ascending, int Limit)
{
    public string Direction => Ascending ? "asc" : "desc";

    /// <summary>Rows of <c>read.statement</c>; the first parameter is the tenant.</summary>
    public (string Sql, IReadOnlyList<NpgsqlParameter> Parameters) Sql()
    {
        var parameters = new List<NpgsqlParameter> { Number(After), Number(Through), Number(Limit) };
        parameters.AddRange(Terms.Select(Number));
        if (Terms.Count == 0)
        {
            return ($"""
                select s.* from read.statement s
                where s.tenant_id = $1 and s.seq > $2 and s.seq <= $3 and not s.is_voided order by s.seq {Direction} limit $4
                """, parameters);
        }
        // All terms must hold of the same statement, be it the one found or one that it refers to: hence the same via.
        string others = string.Concat(Terms.Skip(1).Select((_, index) => $"""
             and exists (select from read.statement_term t{index} where t{index}.tenant_id = $1 and t{index}.term = ${6 + index} and t{index}.seq = t.seq and t{index}.via = t.via)
            """));
        return ($"""
            select distinct on (t.seq) s.* from read.statement_term t
            cross join lateral (select * from read.statement s where s.tenant_id = $1 and s.seq = t.seq and not s.is_voided limit 1) s
            where t.tenant_id = $1 and t.term = $5 and t.seq > $2 and t.seq <= $3 {others}
            order by t.seq {Direction} limit $4
            """, parameters);
    }

    private static NpgsqlParameter Number(long value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
