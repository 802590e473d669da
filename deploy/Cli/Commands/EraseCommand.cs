using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary>
/// <c>erase learner WHO</c>: in every service, learning-record first: it alone knows who the learner is, and what it
/// withdraws takes the credentials and stacks that rest on it with it. It asks first, for it cannot be undone. May be broken
/// off and called again. When no service has or had anything, nothing is claimed: a mistyped name would pass for an erasure.
/// </summary>
internal static class EraseCommand
{
    private static readonly Option<string> Reason = new("--reason") { Description = "Why; kept with the event. No personal data.", Required = true };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do it without asking, for scripts." };

    public static Command Create() => new Command("erase", "Forget a person.").With(
        new Command("learner", "Destroy the learner's keys, and clear what showed the learner. It cannot be undone, and is asked for once more; every proof still holds.")
            .With(Learner.Who, Shared.Tenant, Reason, Yes).RunsOffline(EraseAsync));

    private static async Task<int> EraseAsync(ParseResult parse, Func<Door> running, Terminal terminal, CancellationToken cancellation)
    {
        bool ask = !parse.GetValue(Yes);
        if (ask && !Terminal.CanAsk) throw new ProblemException(NobodyToAsk);
        var door = running();
        string tenant = parse.GetValue(Shared.Tenant)!;
        string who = parse.GetValue(Learner.Who)!;
        string learnerId = await Learner.IdAsync(door, tenant, who, cancellation);
        if (ask && await terminal.AskAsync(Question(who, learnerId, tenant), cancellation) is var said && said != learnerId && said != "yes")
            throw new ProblemException(NotConfirmed(learnerId));
        var answers = new JsonArray();
        bool repeated = false;
        foreach (var service in SystemServices.WithLog.OrderByDescending(service => service == "learning-record"))
        {
            var body = new JsonObject { ["reason"] = parse.GetValue(Reason) };
            var answer = (await door.PostAsOperatorUntilDoneAsync(
                tenant, $"{service}/learners/{learnerId}/erase", body,
                taken =>
                {
                    repeated = true;
                    terminal.GoesOn($"{service} has been erasing for {taken.TotalSeconds:0} s and goes on. Broken off, the same command goes on too.");
                },
                cancellation))!.AsObject();
            answer["service"] = service;
            answers.Add((JsonNode)answer);
        }

        if (!repeated && !answers.Any(HadSomething))
        {
            if (answers.Max(ErasedBefore) is not { } when) throw new ProblemException(NothingThere(who, learnerId, tenant));
            terminal.Answer(answers, () => terminal.Line($"{learnerId} was erased before, at {when:u}; nothing was left to erase."));
            return 0;
        }

        terminal.Answer(answers, () =>
        {
            terminal.Table(["service", "key", "cleared"], answers.Select(answer => (string[])[
                $"{answer!["service"]}", Key(answer), Cleared(answer["cleared"]!.AsObject())]));
            if (repeated) terminal.Line("It took more than one call; counted is what the last one cleared.");
            terminal.Line($"{learnerId} is erased. Backups of keys that you keep elsewhere bring back what they can decrypt: let them expire.");
        });
        return 0;
    }

    private static bool HadSomething(JsonNode? answer)
        => (bool)answer!["keyDestroyed"]! || answer["cleared"]!.AsObject().Any(kind => (int)kind.Value! > 0);

    private static DateTimeOffset? ErasedBefore(JsonNode? answer) => (DateTimeOffset?)answer!["erasedBefore"];

    private static string Key(JsonNode answer)
        => (bool)answer["keyDestroyed"]! ? "destroyed" : ErasedBefore(answer) is { } when ? $"destroyed at {when:u}" : "there was none";

    private static Problem NobodyToAsk => new(
        "confirmation-missing", 400, "An erasure asks first, and there is nobody to ask",
        "It destroys the learner's keys for good, and it was not started on a terminal. Nothing was erased.", "Make sure that it is the right person, and add --yes.");

    private static Problem NotConfirmed(string learnerId) => new(
        "not-confirmed", 400, "It was not confirmed", "Nothing was erased.", $"To erase the learner, start it again and answer {learnerId} or yes.");

    private static string Question(string who, string learnerId, string tenant)
        => $"{Named(who, learnerId)} at {tenant} is erased in every service. It cannot be undone.\nType {learnerId} or yes to go on: ";

    private static string Named(string who, string learnerId) => who == learnerId ? who : $"{who} ({learnerId})";

    private static Problem NothingThere(string who, string learnerId, string tenant) => new(
        "learner-unknown", 404, "Nothing was there to erase",
        $"No service holds anything of {Named(who, learnerId)} at {tenant}, nor ever held a key: nobody is known under this name. Nothing was erased.",
        "Compare the name and the institution with what the learner's statements were sent with; --tenant is the institution.");

    private static string Cleared(JsonObject cleared) => string.Join(", ", cleared.Select(kind => $"{kind.Value} {kind.Key}"));
}

/// <summary>Which learner a command is about.</summary>
internal static class Learner
{
    private const string Forms =
        """the learner's id (learner-…), an e-mail address (mailto:…), or an xAPI actor as JSON: '{"account":{"homePage":"https://utah-state.example/students","name":"ada"}}'.""";

    public static readonly Argument<string> Who = new("learner") { Description = $"Who: {Forms}" };

    public static async Task<string> IdAsync(Door door, string tenant, string who, CancellationToken cancellation)
    {
        if (who.StartsWith("learner-", StringComparison.Ordinal)) return who;
        JsonNode? actor = who.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? new JsonObject { ["mbox"] = who } : Parse(who);
        return (string)(await door.PostAsync(tenant, "learning-record/learners/lookup", new JsonObject { ["actor"] = actor }, cancellation))!["learnerId"]!;
    }

    private static JsonNode? Parse(string who)
    {
        try
        {
            return JsonNode.Parse(who);
        }
        catch (JsonException)
        {
            throw new ProblemException(new Problem("learner-unclear", 400, $"'{who}' names no learner", null, $"Give {Forms}"));
        }
    }
}
