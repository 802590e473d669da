using System.Text;
using System.Text.Json;
using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class MentionedPersonsTests
{
    private const string Learner = """{"mbox":"mailto:maria@example.edu"}""";

    public static TheoryData<string, int> Statements => new()
    {
        { $$$$"""{"actor":{{{{Learner}}}},"verb":{"id":"v"},"object":{"id":"a"}}""", 0 },
        { $$$$"""{"actor":{{{{Learner}}}},"verb":{"id":"v"},"object":{"objectType":"Agent","openid":"https://ünï.example/x"},"context":{"instructor":{{{{Learner}}}}}}""", 1 },
        { $$$$"""{"actor":{"objectType":"Group","member":[{{{{Learner}}}},{"mbox":"mailto:b@example.edu"}]},"verb":{"id":"v"},"object":{"id":"a"}}""", 1 },
        { $$$$"""{"actor":{{{{Learner}}}},"verb":{"id":"v"},"object":{"id":"a"},"context":{"team":{"objectType":"Group","mbox":"mailto:team@example.edu","member":[{"mbox":"mailto:b@example.edu","name":"Bé \"B\""}]},"instructor":{"account":{"homePage":"https://h","name":"c"}}} }""", 2 },
        { $$$$"""{"actor":{{{{Learner}}}},"verb":{"id":"v"},"object":{"objectType":"SubStatement","actor":{"mbox":"mailto:b@example.edu"},"verb":{"id":"v"},"object":{"id":"a"}}}""", 1 },
    };

    [Theory, MemberData(nameof(Statements))]
    public void Leave_the_text_and_come_back_to_the_byte(string statement, int mentions)
    {
        byte[] text = Encoding.UTF8.GetBytes(statement);
        using var document = JsonDocument.Parse(text);
        var owner = Identity.Of(JsonDocument.Parse(Learner).RootElement)!;

        var (rest, found) = MentionedPersons.Split(text, owner, _ => "learner-x");

        Assert.Equal(mentions > 0, MentionedPersons.AreIn(document.RootElement, owner));
        Assert.Equal(mentions, found.Count);
        Assert.Equal(statement, Encoding.UTF8.GetString(MentionedPersons.Join(rest, found)));
        using var anonymous = JsonDocument.Parse(rest);
        Assert.All(Mentions.In(anonymous.RootElement).Agents.Where(mention => Identity.Of(mention.Agent) is { } identity && identity != owner && !mention.Agent.TryGetProperty("member", out var _)),
            mention => Assert.Equal($"account:{MentionedPersons.HomePage} learner-x", Identity.Of(mention.Agent)!.Canonical));
    }

    [Fact]
    public void Stay_away_one_by_one()
    {
        byte[] text = Encoding.UTF8.GetBytes(
            $$$$"""{"actor":{{{{Learner}}}},"verb":{"id":"v"},"object":{"objectType":"Agent","mbox":"mailto:b@example.edu"},"context":{"instructor":{"mbox":"mailto:c@example.edu"}}}""");
        var (rest, found) = MentionedPersons.Split(text, Identity.Of(JsonDocument.Parse(Learner).RootElement)!, person => person.Canonical[^6..]);

        string without = Encoding.UTF8.GetString(MentionedPersons.Join(rest, found.Skip(1)));

        Assert.DoesNotContain("b@example.edu", without, StringComparison.Ordinal);
        Assert.Contains("c@example.edu", without, StringComparison.Ordinal);
        JsonDocument.Parse(without).Dispose();
    }
}
