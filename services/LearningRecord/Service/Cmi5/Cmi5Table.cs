using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Cmi5;

/// <summary>Which courses and registrations there are, written in the transaction of their events. What is in them is in their streams.</summary>
internal sealed class Cmi5Table(TenantReader reader)
{
    public const string Schema = """
        create table if not exists read.cmi5_course (
          tenant_id text not null,
          key       text not null,
          course_id text not null,
          primary key (tenant_id, key)
        );
        select events.protect('read.cmi5_course');

        create table if not exists read.cmi5_registration (
          tenant_id    text    not null,
          id           uuid    not null,
          course_key   text    not null,
          learner_id   text    not null,
          is_satisfied boolean not null,
          primary key (tenant_id, id)
        );
        create index if not exists cmi5_registration_by_learner on read.cmi5_registration (tenant_id, learner_id, id);
        create index if not exists cmi5_registration_by_course on read.cmi5_registration (tenant_id, course_key, id);
        select events.protect('read.cmi5_registration');
        """;

    public static GuardedWrite OfCourse(string tenant, string key, string courseId) => new(
        "insert into read.cmi5_course (tenant_id, key, course_id) values ($1, $2, $3) on conflict do nothing", [Text(tenant), Text(key), Text(courseId)]);

    public static GuardedWrite OfRegistration(string tenant, Cmi5Row row) => new(
        """
        insert into read.cmi5_registration (tenant_id, id, course_key, learner_id, is_satisfied) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, id) do update set is_satisfied = excluded.is_satisfied
        """,
        [Text(tenant), Uuid(row.RegistrationId), Text(row.CourseKey), Text(row.LearnerId), new() { Value = row.Satisfied, NpgsqlDbType = NpgsqlDbType.Boolean }]);

    public Task<IReadOnlyList<Cmi5CourseRow>> CoursesAsync(string tenant, string? after, int limit, CancellationToken cancellation) => reader.QueryAsync(
        tenant,
        "select key, course_id from read.cmi5_course where tenant_id = $1 and key > $2 order by key limit $3",
        [Text(tenant), Text(after ?? ""), Number(limit)],
        row => new Cmi5CourseRow(row.GetString(0), row.GetString(1)),
        cancellation);

    /// <summary>By learner or course where they are given.</summary>
    public Task<IReadOnlyList<Cmi5Row>> RegistrationsAsync(string tenant, string? learner, string? course, Guid after, int limit, CancellationToken cancellation)
    {
        string filter = (learner is null ? "" : " and learner_id = $4") + (course is null ? "" : $" and course_key = ${(learner is null ? 4 : 5)}");
        List<NpgsqlParameter> parameters =
        [
            Text(tenant), Uuid(after), Number(limit),
            .. new[] { learner, course }.OfType<string>().Select(Text),
        ];
        return reader.QueryAsync(
            tenant,
            $"select id, course_key, learner_id, is_satisfied from read.cmi5_registration where tenant_id = $1 and id > $2{filter} order by id limit $3",
            parameters,
            row => new Cmi5Row(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)),
            cancellation);
    }
}

public sealed record Cmi5CourseRow(string CourseKey, string CourseId);

/// <param name="Satisfied">The whole course is.</param>
public sealed record Cmi5Row(Guid RegistrationId, string CourseKey, string LearnerId, bool Satisfied);
