using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Contracts.PathwayStacking.V1;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Messaging;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>What a stack's events make of its credential.</summary>
public sealed class StackAwardTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_completed_stack_becomes_a_credential_that_names_its_parts()
    {
        var completed = Completed("stack-named", "learner-stack", "https://sophia.example/credentials/1", "https://sophia.example/credentials/2");
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(completed);

        var id = await issuance.AwardedAsync("business", "learner-stack");
        var document = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}", _cancellation))!;
        Assert.Equal(["https://sophia.example/credentials/1", "https://sophia.example/credentials/2"],
            document["evidence"]!.AsArray().Select(part => (string?)part!["id"]));
    }

    [Fact]
    public async Task A_reopened_stack_suspends_and_the_same_parts_reinstate_while_others_replace()
    {
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-open", "learner-open", "urn:part:1"));
        var first = await issuance.AwardedAsync("business", "learner-open");

        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Reopened("stack-open", "learner-open"));
        Assert.Equal(CredentialStatus.Suspended, await StatusOfAsync(first));

        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-open", "learner-open", "urn:part:1"));
        Assert.Equal(CredentialStatus.Valid, await StatusOfAsync(first));

        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Reopened("stack-open", "learner-open"));
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-open", "learner-open", "urn:part:2"));
        Assert.Equal(CredentialStatus.Revoked, await StatusOfAsync(first));
        Assert.NotEqual(first, await issuance.AwardedAsync("business", "learner-open"));
    }

    [Fact]
    public async Task Late_events_of_a_stack_change_nothing_of_an_expired_credential()
    {
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-late", "learner-late", "urn:part:1"));
        var id = await issuance.AwardedAsync("business", "learner-late");
        var work = new UnitOfWork(new EventContext(Tenant, "test", "late"));
        work.Append(Credential.StreamOf(id), 1, [new CredentialExpired(new CredentialReference($"urn:{id}", "learner-late", CertificateIri), DateTimeOffset.UtcNow)]);
        Assert.Null((await Store.CommitAsync(work, _cancellation)).Rejection);

        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Reopened("stack-late", "learner-late"));
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-late", "learner-late", "urn:part:1"));

        Assert.Equal(CredentialStatus.Expired, await StatusOfAsync(id));
        Assert.Equal(id, await issuance.AwardedAsync("business", "learner-late"));
    }

    [Fact]
    public async Task A_late_completion_does_not_lift_what_a_registrar_has_suspended()
    {
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-held", "learner-held", "urn:part:1"));
        var id = await issuance.AwardedAsync("business", "learner-held");
        await issuance.PostAsync($"credential-issuance/credentials/{id}/suspend", new { reason = "Review" });

        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Completed("stack-held", "learner-held", "urn:part:1"));

        Assert.Equal(CredentialStatus.Suspended, await StatusOfAsync(id));
    }

    [Fact]
    public async Task A_stack_that_names_an_unknown_achievement_is_a_fault_to_look_at()
    {
        var completed = Deliveries.Incoming(Tenant, "stack-x", new StackCompleted("stack-x", "learner-x", "p", 1, "https://nowhere.example/a", [], "00"));
        var fault = await Assert.ThrowsAsync<ReactionRefusedException>(() => issuance.Service.DeliverAsync<PathwayStackingReaction>(completed));
        Assert.Contains("achievement-unknown", fault.Message, StringComparison.Ordinal);
    }

    private async Task<CredentialStatus> StatusOfAsync(Guid id)
        => (await Store.LoadAsync(Tenant, Credential.StreamOf(id), Credential.Decider, _cancellation)).State.Status;

    private IEventStore Store => issuance.Service.Services.GetRequiredService<IEventStore>();

    private static IncomingEvent Completed(string stack, string learner, params string[] parts)
        => Deliveries.Incoming(Tenant, stack, new StackCompleted(
            stack, learner, "pathway-1", 1, CertificateIri, [.. parts.Select((part, index) => new StackUse($"component-{index}", part))], "00"));

    private static IncomingEvent Reopened(string stack, string learner)
        => Deliveries.Incoming(Tenant, stack, new StackReopened(stack, learner, "pathway-1", 1, CertificateIri, "A part was revoked."));
}
