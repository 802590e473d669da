using System.Text.Json.Nodes;
using Pathways.Cli.Commands;
using Pathways.Kernel;

namespace Pathways.Cli.Sample;

/// <summary>Loads the sample through the public API alone, so loading it is also a test of the way. Loading it again changes nothing.</summary>
internal sealed class SampleLoader(Door door)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<SampleInstitution> _institutions = SampleInstitution.ReadAll();

    /// <summary>How many steps <see cref="DefineAsync"/> will report.</summary>
    public int Definitions => _institutions.Sum(institution => 1 + institution.Achievements().Count + institution.Pathways.Count + institution.Agreements.Count);

    /// <summary>Issuers, achievements, pathways and agreements.</summary>
    public async Task DefineAsync(Action done, CancellationToken cancellation)
    {
        foreach (var institution in _institutions)
        {
            await TenantCommand.AddAsync(door, institution.Tenant, cancellation);
            await UnlessThereAsync(door.PostAsync(
                institution.Tenant, "credential-issuance/issuers",
                new JsonObject { ["name"] = institution.Name, ["url"] = institution.Url, ["jwtAlgorithm"] = institution.JwtAlgorithm }, cancellation));
            done();
            var addresses = new Dictionary<string, string>();
            foreach (var achievement in institution.Achievements())
            {
                addresses[(string)achievement!["id"]!] = await DefineAchievementAsync(institution.Tenant, achievement.AsObject(), cancellation);
                done();
            }

            foreach (var pathway in institution.Pathways)
            {
                await ImportCommand.PathwayAsync(
                    door, institution.Tenant, institution.PathOf(pathway.File), $"?awards={Uri.EscapeDataString(addresses[pathway.Awards])}", cancellation);
                done();
            }
        }

        foreach (var institution in _institutions)
        {
            foreach (var agreement in institution.Agreements)
            {
                await AgreeAsync(institution.Tenant, agreement, institution.Terms(agreement), cancellation);
                done();
            }
        }
    }

    /// <summary>Learners enrol, their results arrive, credit is asked for; returns when all of it has gone through.</summary>
    public async Task LiveAsync(Action done, CancellationToken cancellation)
    {
        foreach (var institution in _institutions)
        {
            foreach (var learner in institution.Learners) await EnrolAsync(institution.Tenant, learner, cancellation);
            await door.PostAsync(institution.Tenant, "xapi/statements", institution.Statements(), cancellation, ("X-Experience-API-Version", "2.0.0"));
            done();
        }

        foreach (var institution in _institutions)
        {
            foreach (var recognition in institution.Recognitions) await AskForCreditAsync(institution.Tenant, recognition, cancellation);
            foreach (var learner in institution.Learners) await SeeStackedAsync(institution.Tenant, learner, cancellation);
            done();
        }
    }

    public int LifeSteps => 2 * _institutions.Count;

    /// <returns>The achievement's IRI.</returns>
    private async Task<string> DefineAchievementAsync(string tenant, JsonObject achievement, CancellationToken cancellation)
    {
        var path = $"credential-issuance/achievements/{achievement["id"]}";
        var definition = achievement.DeepClone().AsObject();
        definition.Remove("id");
        await door.PutAsync(tenant, path, definition, cancellation);
        return (string)(await door.PostAsync(tenant, path + "/publish", body: null, cancellation))!["iri"]!;
    }

    /// <summary>The receiving institution proposes, both sign what they have read.</summary>
    private async Task AgreeAsync(string receiving, SampleAgreement agreement, JsonNode terms, CancellationToken cancellation)
    {
        var path = $"transfer-recognition/agreements/{agreement.Id}";
        var draft = await door.PutAsync(receiving, path, terms, cancellation);
        if (draft!["proposal"] is { } proposal)
        {
            var signature = new JsonObject { ["termsHash"] = (string)proposal["termsHash"]! };
            await door.PostAsync((string)terms["sendingInstitution"]!, path + "/sign", signature.DeepClone(), cancellation);
            await door.PostAsync(receiving, path + "/sign", signature, cancellation);
        }

        await EventuallyAsync($"the agreement {agreement.Id} is concluded", async () =>
        {
            var current = await door.GetAsync(receiving, path, cancellation);
            return current!["versions"]!.AsArray().LastOrDefault();
        }, cancellation);
    }

    private async Task EnrolAsync(string tenant, SampleLearner learner, CancellationToken cancellation)
    {
        var learnerId = await LearnerIdAsync(tenant, learner.Actor, cancellation);
        foreach (var pathway in learner.Pathways)
        {
            await UnlessThereAsync(door.PostAsync(
                tenant, "pathway-stacking/enrolments", new JsonObject { ["learnerId"] = learnerId, ["pathwayId"] = ReadableKey.Of(pathway) }, cancellation));
        }
    }

    private async Task<string> LearnerIdAsync(string tenant, JsonObject actor, CancellationToken cancellation)
        => (string)(await door.PostAsync(tenant, "learning-record/learners/lookup", new JsonObject { ["actor"] = actor.DeepClone() }, cancellation))!["learnerId"]!;

    private async Task AskForCreditAsync(string tenant, SampleRecognition recognition, CancellationToken cancellation)
    {
        var sender = recognition.SendingInstitution;
        var holder = await LearnerIdAsync(sender, recognition.SendingLearner, cancellation);
        var credential = await EventuallyAsync($"a credential for {recognition.Achievement} at {sender}", async () =>
        {
            var held = await door.GetAsync(sender, $"credential-issuance/credentials?learnerId={holder}", cancellation);
            return held!["items"]!.AsArray().FirstOrDefault(item => (string?)item!["achievementId"] == recognition.Achievement);
        }, cancellation);
        await UnlessThereAsync(door.PostAsync(tenant, "transfer-recognition/recognitions", new JsonObject
        {
            ["learnerId"] = await LearnerIdAsync(tenant, recognition.Learner, cancellation),
            ["credentialId"] = (string)credential["credentialId"]!,
        }, cancellation));
    }

    /// <summary>The first pathway that the sample lets a learner finish is finished.</summary>
    private Task SeeStackedAsync(string tenant, SampleLearner learner, CancellationToken cancellation)
        => EventuallyAsync($"a completed stack of {learner.Actor["account"]!["name"]} at {tenant}", async () =>
        {
            var stacks = await door.GetAsync(tenant, $"pathway-stacking/stacks?learnerId={await LearnerIdAsync(tenant, learner.Actor, cancellation)}", cancellation);
            return stacks!["items"]!.AsArray().FirstOrDefault(stack => (string?)stack!["verdict"] == "satisfied");
        }, cancellation);

    private static async Task<JsonNode> EventuallyAsync(string what, Func<Task<JsonNode?>> look, CancellationToken cancellation)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } seen) return seen;
            if (TimeProvider.System.GetElapsedTime(deadline) > Patience)
            {
                throw new ProblemException(new Problem(
                    "sample-incomplete", 504, $"Not within {Patience.TotalSeconds} s: {what}", null, "See `deploy/pathways status` and `deploy/pathways parked list`."));
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Loading again finds some things there.</summary>
    private static async Task UnlessThereAsync(Task<JsonNode?> command)
    {
        try
        {
            await command;
        }
        catch (ProblemException problem) when (problem.Problem.Status == 409)
        {
            return;
        }
    }
}
