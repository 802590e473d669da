using Npgsql;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Projections;

/// <summary>Every stack with its last decision, by learner and by pathway.</summary>
internal sealed class StackList : IProjection
{
    public string Name => "stack_list";

    public int Version => 1;

    public string Schema => """
        create table if not exists read.stack_list_v1 (
          tenant_id          text not null,
          stack_id           text not null,
          learner_id         text not null,
          pathway_id         text not null,
          pathway_version    int  not null,
          verdict            text not null,
          requirements_met   int  not null,
          requirements_total int  not null,
          decision_hash      text not null,
          evaluated_at       timestamptz not null,
          primary key (tenant_id, stack_id)
        );
        create index if not exists stack_list_v1_learner on read.stack_list_v1 (tenant_id, learner_id, stack_id);
        create index if not exists stack_list_v1_pathway on read.stack_list_v1 (tenant_id, pathway_id, stack_id);
        select events.protect('read.stack_list_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var commands = new NpgsqlBatch(connection);
        foreach (var (_, _, recorded) in batch)
        {
            if (recorded.Data is StackEvaluated e) commands.BatchCommands.Add(Evaluated(recorded.Tenant, e));
        }

        if (commands.BatchCommands.Count > 0) await commands.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Evaluated(string tenant, StackEvaluated e) => new(
        """
        insert into read.stack_list_v1 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (tenant_id, stack_id) do update set
          pathway_version = excluded.pathway_version, verdict = excluded.verdict, requirements_met = excluded.requirements_met,
          requirements_total = excluded.requirements_total, decision_hash = excluded.decision_hash, evaluated_at = excluded.evaluated_at
        """)
    {
        Parameters =
        {
            new() { Value = tenant }, new() { Value = e.Stack.StackId }, new() { Value = e.Stack.LearnerId }, new() { Value = e.Stack.PathwayId },
            new() { Value = e.Stack.PathwayVersion }, new() { Value = VerdictNames.Of(e.Verdict) }, new() { Value = e.RequirementsMet },
            new() { Value = e.RequirementsTotal }, new() { Value = e.DecisionHash }, new() { Value = e.EvaluatedAt },
        },
    };
}
