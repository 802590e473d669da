using System.Text.Json;
using Pathways.InstitutionFeed;
using Pathways.InstitutionFeed.Queues;
using Pathways.InstitutionFeed.Receiving;
using Pathways.Messaging.Operating;
using Xunit;

namespace Pathways.Services.Tests.InstitutionFeed;

/// <summary>What was stored once is read for ever. Here too: the events that Messaging stores in every service.</summary>
public sealed class StoredEventsTests
{
    private static readonly Dictionary<string, (object Example, string Stored)> Golden = new()
    {
        ["public_event_received"] = (new PublicEventReceived("{}"), """{"CloudEvent":"{}"}"""),
        ["queue_opened"] = (new QueueOpened("warehouse", "institution.utah-state.warehouse"), """{"Name":"warehouse","Queue":"institution.utah-state.warehouse"}"""),
        ["queue_lost"] = (new QueueLost("", "institution.utah-state"), """{"Name":"","Queue":"institution.utah-state"}"""),
        [MessageSkipped.Alias] = (
            new MessageSkipped("learning-record", "statement-1", 2, Guid.Parse("01890000-0000-7000-8000-000000000001"), "pathways.a.b.v1", "Broken.", "A test."),
            """{"Source":"learning-record","Stream":"statement-1","Version":2,"EventId":"01890000-0000-7000-8000-000000000001","Type":"pathways.a.b.v1","Error":"Broken.","Reason":"A test."}"""),
        [SourceAccepted.Alias] = (
            new SourceAccepted(
                "learning-record", 5, 3, 4, [new RewoundStream("utah-state", "statement-1", 3, 2, 4)],
                [new RemainingEvent("utah-state", "feed", 7, "public_event_received", Guid.Parse("01890000-0000-7000-8000-000000000001"))], "A test."),
            """{"Source":"learning-record","Known":5,"Common":3,"Reaches":4,"Rewound":[{"Tenant":"utah-state","Stream":"statement-1","Taken":3,"Kept":2,"There":4}],"Remaining":[{"Tenant":"utah-state","Stream":"feed","Version":7,"Type":"public_event_received","Cause":"01890000-0000-7000-8000-000000000001"}],"Reason":"A test."}"""),
    };

    public static TheoryData<string> Names => [.. FeedEvents.Aliases.Keys, MessageSkipped.Alias, SourceAccepted.Alias];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_and_read_as_it_always_was(string name)
    {
        var (example, stored) = Golden[name];

        Assert.Equal(stored, JsonSerializer.Serialize(example, example.GetType()));
        Assert.Equivalent(example, JsonSerializer.Deserialize(stored, example.GetType()), strict: true);
    }
}
