using System.Globalization;
using Npgsql;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Reading;

/// <summary>One filter: hashed terms, one of which must hold.</summary>
internal sealed record TermFilter(IReadOnlyList<long> AnyOf)
{
    public static TermFilter Of(Pseudonyms pseudonyms, string tenant, TermKind kind, string value, bool related = false)
        => new([.. (related ? kind.Related() : [kind]).Select(each => pseudonyms.Term(tenant, new Term(each, value)))]);
}

/// <summary>A page of statements: the filters all of which must hold, and a stretch of the record.</summary>
/// <param name="Filters">The rarest kind first, since the first is what is scanned and the others are looked up.</param>
/// <param name="After">Exclusive.</param>
/// <param name="Through">Inclusive.</param>
internal sealed record StatementQuery(IReadOnlyList<TermFilter> Filters, long After, long Through, bool Ascending, int Limit)
{
    /// <summary>Only statements that this authority itself stored; what they refer to does not count.</summary>
    public long? Authority { get; init; }

    /// <summary>Not those that have this term themselves.</summary>
    public long? Without { get; init; }

    public bool IncludesVoided { get; init; }

    /// <summary>What matches only by a statement that it refers to is left out.</summary>
    public bool OnlyThemselves { get; init; }

    public string Direction => Ascending ? "asc" : "desc";

    /// <summary>Rows of <c>read.statement</c>; the first parameter is the tenant.</summary>
    public (string Sql, IReadOnlyList<NpgsqlParameter> Parameters) Sql()
    {
        var parameters = new List<NpgsqlParameter> { Number(After), Number(Through), Number(Limit) };
        string unlessVoided = IncludesVoided ? "" : " and not s.is_voided";
        if (Filters.Count == 0 && Authority is null)
        {
            return ($"""
                select s.* from read.statement s
                where s.tenant_id = $1 and s.seq > $2 and s.seq <= $3{unlessVoided} order by s.seq {Direction} limit $4
                """, parameters);
        }
        var conditions = new List<string>();
        var (scanned, lookedUp, own) = Filters.Count > 0 ? (Filters[0].AnyOf, Filters.Skip(1), false) : ([Authority!.Value], [], true);
        // All filters must hold of the same statement, be it the one found or one that it refers to: hence the same via.
        foreach (var filter in lookedUp) conditions.Add(Exists($"t1.term = any ({Add(Numbers(filter.AnyOf))}) and t1.via = t.via"));
        if (own || OnlyThemselves) conditions.Add("t.via = t.seq");
        if (!own && Authority is { } authority) conditions.Add(Exists($"t1.term = {Add(Number(authority))} and t1.via = t.seq"));
        if (Without is { } without) conditions.Add("not " + Exists($"t1.term = {Add(Number(without))} and t1.via = t.seq"));
        string others = string.Concat(conditions.Select(condition => $" and {condition}"));
        // An index scan in order for each term, each of them ended by the limit; together they are merged.
        var scans = scanned.Select(term => $"""
            (select distinct on (t.seq) s.* from read.statement_term t
             cross join lateral (select * from read.statement s where s.tenant_id = $1 and s.seq = t.seq{unlessVoided} limit 1) s
             where t.tenant_id = $1 and t.term = {Add(Number(term))} and t.seq > $2 and t.seq <= $3{others}
             order by t.seq {Direction} limit $4)
            """).ToList();
        return (scans.Count == 1
            ? scans[0]
            : $"select distinct on (u.seq) u.* from ({string.Join(" union all ", scans)}) u order by u.seq {Direction} limit $4", parameters);

        string Add(NpgsqlParameter parameter)
        {
            parameters.Add(parameter);
            return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count + 1}");
        }
    }

    private static string Exists(string condition)
        => $"exists (select from read.statement_term t1 where t1.tenant_id = $1 and t1.seq = t.seq and {condition})";
}
