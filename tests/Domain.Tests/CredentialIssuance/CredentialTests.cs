using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Suspending;
using Xunit;
using static Pathways.Domain.Tests.CredentialIssuance.Sample;

namespace Pathways.Domain.Tests.CredentialIssuance;

public sealed class CredentialTests
{
    private static readonly CredentialSuspended ByHand = new(Reference, SuspensionGrounds.Manual, "Under review", Now);
    private static readonly CredentialSuspended ByStack = new(Reference, SuspensionGrounds.Stack, "A part was revoked", Now);

    [Fact]
    public void Revokes_once_and_keeps_the_first_reason()
    {
        var after = Scenario.Given(Credential.Decider, Issued())
            .When(credential => Revocation.Revoke(credential, "Voided", Now))
            .Then(new CredentialRevoked(Reference, "Voided", Now));
        Assert.Equal(CredentialStatus.Revoked, after.Status);

        Scenario.Given(Credential.Decider, Issued(), new CredentialRevoked(Reference, "Voided", Now))
            .When(credential => Revocation.Revoke(credential, "Again", Now)).ThenNothing();
    }

    [Fact]
    public void Suspends_and_reinstates()
    {
        Scenario.Given(Credential.Decider, Issued())
            .When(credential => Suspension.Suspend(credential, SuspensionGrounds.Manual, "Under review", Now)).Then(ByHand);

        var after = Scenario.Given(Credential.Decider, Issued(), ByHand)
            .When(credential => Reinstatement.Reinstate(credential, SuspensionGrounds.Manual, "Cleared", Now))
            .Then(new CredentialReinstated(Reference, SuspensionGrounds.Manual, "Cleared", Now));
        Assert.Equal(CredentialStatus.Valid, after.Status);
    }

    [Fact]
    public void A_completed_stack_does_not_lift_a_suspension_by_hand()
    {
        Scenario.Given(Credential.Decider, Issued(), ByHand)
            .When(credential => Reinstatement.Reinstate(credential, SuspensionGrounds.Stack, "Complete again", Now))
            .ThenRefused("suspended-on-other-ground");

        var after = Scenario.Given(Credential.Decider, Issued(), ByHand, new SuspensionGroundAdded(ByStack.Ground, ByStack.Reason, Now))
            .When(credential => Reinstatement.Reinstate(credential, SuspensionGrounds.Stack, "Complete again", Now))
            .Then(new SuspensionGroundLifted(SuspensionGrounds.Stack, "Complete again", Now));
        Assert.Equal(CredentialStatus.Suspended, after.Status);
        Assert.Equal([SuspensionGrounds.Manual], after.Grounds);
    }

    [Fact]
    public void Adds_a_second_ground_to_a_suspension_once()
    {
        Scenario.Given(Credential.Decider, Issued(), ByHand)
            .When(credential => Suspension.Suspend(credential, SuspensionGrounds.Stack, "A part was revoked", Now))
            .Then(new SuspensionGroundAdded(SuspensionGrounds.Stack, "A part was revoked", Now));
        Scenario.Given(Credential.Decider, Issued(), ByHand)
            .When(credential => Suspension.Suspend(credential, SuspensionGrounds.Manual, "Again", Now)).ThenNothing();
    }

    [Fact]
    public void Nothing_brings_a_revoked_or_expired_credential_back()
    {
        foreach (object final in new object[] { new CredentialRevoked(Reference, "Voided", Now), new CredentialExpired(Reference, Now) })
        {
            var given = Scenario.Given(Credential.Decider, Issued(), final);
            given.When(credential => Suspension.Suspend(credential, SuspensionGrounds.Manual, "x", Now)).ThenRefused("credential-final");
            given.When(credential => Reinstatement.Reinstate(credential, SuspensionGrounds.Manual, "x", Now)).ThenRefused("credential-final");
        }
    }

    [Fact]
    public void Expires_when_its_time_has_passed_and_not_before()
    {
        var given = Scenario.Given(Credential.Decider, Issued(validUntil: Now.AddDays(1)));

        given.When(credential => Expiry.Expire(credential, Now)).ThenNothing();
        given.When(credential => Expiry.Expire(credential, Now.AddDays(1))).Then(new CredentialExpired(Reference, Now.AddDays(1)));
        Scenario.Given(Credential.Decider, Issued()).When(credential => Expiry.Expire(credential, Now.AddYears(99))).ThenNothing();
    }

    [Fact]
    public void Refuses_commands_without_reason_or_without_credential()
    {
        Scenario.Given(Credential.Decider, Issued()).When(credential => Revocation.Revoke(credential, "", Now)).ThenRefused("reason-missing");
        Scenario.Given(Credential.Decider).When(credential => Revocation.Revoke(credential, "x", Now)).ThenRefused("credential-unknown");
    }
}
