using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>Fifty write to one stream at the same moment: each version has exactly one author, and all others are told so.</summary>
internal static class WriterStorm
{
    private const int Writers = 50;

    public static Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            using var client = await DoorClient.OfAsync(system.Running, WeldingStory.College, "define", token);
            var path = $"credential-issuance/achievements/storm-{run.NextName()}";
            long version = (await WriteAsync(client, path, "first", expected: null, token)).Version;
            for (int round = 0; round < run.Choose(2, 10, 50); round++)
            {
                bool conditional = round % 2 == 0;
                long expected = version;
                var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
                    writer => WriteAsync(client, path, $"round {round}, writer {writer}", conditional ? expected : null, token)));
                system.Faults += Writers;
                system.Seen.AddRange(Judge(answers, conditional, expected));
                version = Math.Max(version, answers.Max(answer => answer.Version));
            }
        },
        cancellation);

    /// <summary>With a condition one wins; without, some, because those who lost decide again. None wins a version that another has.</summary>
    internal static IEnumerable<Violation> Judge(IReadOnlyList<Written> answers, bool conditional, long expected)
    {
        var won = answers.Where(answer => answer.Status == HttpStatusCode.OK).ToList();
        if (conditional && won.Count != 1) yield return new(won.Count == 0 ? ViolationKind.Lost : ViolationKind.Duplicated, $"{won.Count} of {Writers} won version {expected + 1}");
        foreach (var shared in won.CountBy(answer => answer.Version).Where(version => version.Value > 1))
            yield return new(ViolationKind.Duplicated, $"{shared.Value} writers were told that version {shared.Key} is theirs");
        foreach (var odd in answers.Except(won).Where(answer => answer.Status is not (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed)))
            yield return new(ViolationKind.LeftOver, $"a writer was answered {(int)odd.Status}");
    }

    private static async Task<Written> WriteAsync(DoorClient client, string path, string description, long? expected, CancellationToken cancellation)
    {
        var body = new JsonObject { ["name"] = "Storm", ["description"] = description, ["criteria"] = "Be first.", ["achievementType"] = "Course" };
        using var answer = await client.SendAsync(
            HttpMethod.Put, path, DoorClient.Json(body), cancellation, expected is null ? [] : [("If-Match", $"\"{expected}\"")]);
        return new Written(answer.StatusCode, answer.Headers.ETag is { } tag ? long.Parse(tag.Tag.Trim('"'), CultureInfo.InvariantCulture) : 0);
    }

    internal sealed record Written(HttpStatusCode Status, long Version);
}
