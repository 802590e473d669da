using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Faults;

/// <summary>The checks along causes can fail: in every consumer, once, in the source's order, in its tenant, and of something that it was told.</summary>
public sealed class CausationTests
{
    private static readonly SystemLogEntry First = Entry("learning-record", 1, "statement-1", 1, "achievement_recorded");
    private static readonly SystemLogEntry Second = Entry("learning-record", 2, "statement-1", 2, "achievement_withdrawn");
    private static readonly SystemLogEntry Awarded = EffectOf(First, 1);
    private static readonly SystemLogEntry Revoked = EffectOf(Second, 2) with { Type = "credential_revoked" };

    [Fact]
    public void Each_effect_once_and_in_order_is_no_violation() => Assert.Empty(Causation.Violations([First, Second, Awarded, Revoked]));

    [Fact]
    public void A_deadline_that_comes_up_later_is_no_violation()
        => Assert.Empty(Causation.Violations([First, Second, Awarded, Revoked, EffectOf(First, 3) with { Type = "credential_expired" }]));

    [Fact]
    public void An_effect_in_another_log_than_the_feeds_that_is_there_twice_is_seen()
        => Assert.Equal(ViolationKind.Duplicated, Assert.Single(Causation.Violations([First, Awarded, Awarded with { Id = Guid.NewGuid(), Position = 2, Version = 2 }])).Kind);

    [Fact]
    public void Effects_in_another_order_than_their_causes_are_seen()
        => Assert.Equal(ViolationKind.Reordered, Assert.Single(Causation.Violations([First, Second, Awarded with { Position = 2 }, Revoked with { Position = 1 }])).Kind);

    [Fact]
    public void An_effect_of_what_nobody_holds_is_seen() => Assert.Equal(ViolationKind.Phantom, Assert.Single(Causation.Violations([Awarded])).Kind);

    [Fact]
    public void An_effect_in_another_tenant_is_seen()
        => Assert.Contains("of sophia follows from", Assert.Single(Causation.Violations([First, Awarded with { Tenant = "sophia" }])).Text, StringComparison.Ordinal);

    private static SystemLogEntry EffectOf(SystemLogEntry cause, long position) => Entry("credential-issuance", position, "credential-1", position, "credential_issued") with
    {
        Cause = new(cause.Service, cause.Id),
    };

    private static SystemLogEntry Entry(string service, long position, string stream, long version, string type)
        => new(service, position, Guid.NewGuid(), "hutchinson", stream, version, type, []);
}
