using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>A learner is erased while others go on; afterwards nothing that the system has written anywhere holds the learner's name.</summary>
internal static class Erasure
{
    public static Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation)
    {
        string canary = $"canary{Guid.NewGuid():N}";
        return UnderLoad.RunAsync(
            run,
            async (system, token) =>
            {
                using var college = await DoorClient.OfAsync(system.Running, WeldingStory.College, "statements/write statements/read learners operator", token);
                var statements = Enumerable.Range(0, run.Choose(2, 5, 20)).Select(_ => Guid.CreateVersion7()).ToList();
                foreach (var statement in statements) await college.StatementsAsync(Told(statement, canary), token);
                foreach (var statement in statements)
                {
                    // The search below shows something only because this was really stored.
                    if (!(await ReadAsync(college, statement, token)).Body.Contains(canary, StringComparison.Ordinal))
                        system.Seen.Add(new(ViolationKind.Lost, $"{statement} does not tell its learner's name"));
                }

                var learner = (await college.PostAsync("learning-record/learners/lookup", new JsonObject { ["actor"] = Actor(canary) }, token))["learnerId"];
                await college.PostAsync($"learning-record/learners/{learner}/erase", new JsonObject { ["reason"] = "asked to be" }, token);
                system.Faults++;
                foreach (var statement in statements)
                {
                    if ((await ReadAsync(college, statement, token)).Status != HttpStatusCode.NotFound)
                        system.Seen.Add(new(ViolationKind.LeftOver, $"{statement} is still told after the erasure"));
                }
            },
            cancellation,
            (system, token) => FoundAsync(system, canary, token));
    }

    // A file that goes while the folder is looked through holds nothing; all else that grep complains of is a fault of the search.
    private const string Searched = """
        [ -d "$2" ] || exit 2
        exec 3>&1
        complaints=$(LC_ALL=C grep -rlaiF -- "$1" "$2" 2>&1 1>&3 | grep -v 'No such file or directory$')
        [ -z "$complaints" ] || { echo "$complaints" >&2; exit 2; }
        """;

    /// <summary>Everything on the disk: tables, indexes and write-ahead log of PostgreSQL, queues of RabbitMQ, logs, secrets.</summary>
    private static async Task<IReadOnlyList<Violation>> FoundAsync(FaultSystem system, string canary, CancellationToken cancellation)
    {
        var found = new List<Violation>();
        byte[] bytes = Encoding.UTF8.GetBytes(canary);
        // Base64 of a part that starts at each of the three places it can start at.
        string[] forms = [canary, Convert.ToHexStringLower(bytes), .. Enumerable.Range(0, 3).Select(start => Convert.ToBase64String(bytes[start..^3])[..24])];
        foreach (var form in forms)
        {
            var files = await Command.RunAsync("sh", ["-c", Searched, "sh", form, system.Running.Data.Root], cancellation);
            found.AddRange(files.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(file => new Violation(ViolationKind.LeftOver, $"the erased learner's name is in {file}")));
        }

        return found;
    }

    private static async Task<Answer> ReadAsync(DoorClient college, Guid statement, CancellationToken cancellation)
    {
        using var answer = await college.SendAsync(
            HttpMethod.Get, $"xapi/statements?statementId={statement}", content: null, cancellation, ("X-Experience-API-Version", "2.0.0"));
        return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation), answer.Headers, MediaType: null);
    }

    private static JsonObject Told(Guid statement, string canary)
    {
        var told = Load.Result(statement, canary);
        told["actor"]!["name"] = $"{canary} the Learner";
        return told;
    }

    private static JsonObject Actor(string canary) => WeldingStory.Actor(WeldingStory.College, canary);
}
