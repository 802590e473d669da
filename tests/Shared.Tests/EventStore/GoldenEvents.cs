using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.EventStore.Erasure;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.EventStore;

/// <summary>Events that every service may store, as they have ever been stored.</summary>
public sealed class GoldenEvents
{
    public static TheoryData<object, string> Stored => new()
    {
        { new PersonErased("learner-a", "asked to be"), """{"Subject":"learner-a","Reason":"asked to be"}""" },
        {
            new LearnerRecordDisclosed(["learner-a"], "advising", false, "registrar-1", "office-2", "/stacks/{id}", "c1", new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)),
            """
            {"Learners":["learner-a"],"Purpose":"advising","PurposeStated":false,"ClientId":"registrar-1","Actor":"office-2","Route":"/stacks/{id}",
             "CorrelationId":"c1","At":"2026-03-01T09:00:00+00:00"}
            """
        },
        {
            new LearnerRecordDisclosed(["learner-a", "learner-b"], "record-keeping", false, "dashboard", "dashboard", "/xapi/statements", "c1", new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), 7),
            """
            {"Learners":["learner-a","learner-b"],"Purpose":"record-keeping","PurposeStated":false,"ClientId":"dashboard","Actor":"dashboard","Route":"/xapi/statements",
             "CorrelationId":"c1","At":"2026-03-01T09:00:00+00:00","Reads":7}
            """
        },
    };

    [Theory, MemberData(nameof(Stored), DisableDiscoveryEnumeration = true)]
    public void Are_written_and_read_as_they_always_were(object told, string golden)
    {
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(golden), JsonNode.Parse(JsonSerializer.Serialize(told, told.GetType()))), JsonSerializer.Serialize(told, told.GetType()));
        object read = JsonSerializer.Deserialize(golden, told.GetType())!;
        Assert.Equal(JsonSerializer.Serialize(told, told.GetType()), JsonSerializer.Serialize(read, read.GetType()));
    }
}
