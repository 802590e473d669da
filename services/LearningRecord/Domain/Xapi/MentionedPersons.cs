using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Runtime.InteropServices;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// Takes other persons out of a statement's text, so that each can be kept under a key of their own, and puts them back.
/// In between an agent stands there that says nobody's name: what is left for ever of a person who was erased.
/// </summary>
public static class MentionedPersons
{
    /// <summary>Home page of the account that an agent has who is not to be named.</summary>
    public const string HomePage = "https://pathways.example/learners";

    /// <summary>Whether anybody but the owner is in it. Groups are no persons; their members are.</summary>
    public static bool AreIn(JsonElement statement, Identity owner) => Others(statement, owner).Any();

    /// <param name="pseudonym">Of a person.</param>
    /// <returns>The text without them, and where they stood in it, first to last.</returns>
    public static (byte[] Text, IReadOnlyList<Mention> Mentions) Split(ReadOnlyMemory<byte> text, Identity owner, Func<Identity, string> pseudonym)
    {
        using var document = JsonDocument.Parse(text);
        var mentions = new List<Mention>();
        var output = new ArrayBufferWriter<byte>(text.Length);
        int copied = 0;
        foreach (var (agent, identity) in Others(document.RootElement, owner).Select(other => (Range: RangeOf(text.Span, other.Agent), other.Identity)).OrderBy(other => other.Range.Start.Value))
        {
            var (start, length) = agent.GetOffsetAndLength(text.Length);
            string person = pseudonym(identity);
            byte[] placeholder = Placeholder(person);
            output.Write(text.Span[copied..start]);
            mentions.Add(new Mention(output.WrittenCount, placeholder.Length, person, text.Slice(start, length).ToArray()));
            output.Write(placeholder);
            copied = start + length;
        }
        output.Write(text.Span[copied..]);
        return (output.WrittenSpan.ToArray(), mentions);
    }

    /// <param name="mentions">As <see cref="Split"/> gave them, without the agents that are not known any more.</param>
    public static byte[] Join(byte[] text, IEnumerable<Mention> mentions)
    {
        var output = new ArrayBufferWriter<byte>(text.Length * 2);
        int copied = 0;
        foreach (var mention in mentions)
        {
            output.Write(text.AsSpan(copied..mention.At));
            output.Write(mention.Agent);
            copied = mention.At + mention.Length;
        }
        output.Write(text.AsSpan(copied));
        return output.WrittenSpan.ToArray();
    }

    private static IEnumerable<(JsonElement Agent, Identity Identity)> Others(JsonElement statement, Identity owner)
        => from mention in Mentions.In(statement).Agents
           where !mention.Agent.TryGetProperty("member", out _) && ActorRules.TypeOf(mention.Agent) != "Group"
           let identity = Identity.Of(mention.Agent)
           where identity is not null && identity != owner
           select (mention.Agent, identity);

    private static Range RangeOf(ReadOnlySpan<byte> text, JsonElement element)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        return text.Overlaps(raw, out int start) ? start..(start + raw.Length) : throw new InvalidOperationException("An element is not in its own text.");
    }

    private static byte[] Placeholder(string person)
        => Encoding.UTF8.GetBytes($$$"""{"objectType":"Agent","account":{"homePage":"{{{HomePage}}}","name":"{{{person}}}"}}""");
}

/// <param name="At">Where the pseudonym stands in the text that is left, and how long it is, in bytes.</param>
/// <param name="Agent">As it came.</param>
public sealed record Mention(int At, int Length, string Person, byte[] Agent);
