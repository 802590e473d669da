using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.KnownCredentials;
using Pathways.TransferRecognition.Domain.Recognising;
using Xunit;
using static Pathways.Domain.Tests.TransferRecognition.Sample;

namespace Pathways.Domain.Tests.TransferRecognition;

public sealed class RecognitionTests
{
    private static readonly UnitConversion Halve = new("ECTS", 1, 2, "year-load", new Rounding("down", 0.5m));
    private static readonly KnownCredential Revoked = Known with { Status = CredentialStatuses.Revoked, Reason = "Voided" };

    [Fact]
    public void Recognises_by_the_clause_that_covers_the_credential()
    {
        var credit = Decide(Known, Concluded(Terms)) as CreditRecognised;

        Assert.Equal(("a-1", 1, "finance", 3m, "creditUnit:SemesterHour"),
            (credit!.AgreementId, credit.AgreementVersion, credit.ClauseId, credit.Amount, credit.Unit));
        Assert.Equal(["https://hutchinson.example/courses/fn101"], credit.CountsAs);
        Assert.Equal(Hash(Terms), credit.TermsHash);
    }

    [Fact]
    public void The_decision_hash_stands_for_facts_and_terms()
    {
        string hash = ((CreditRecognised)Decide(Known, Concluded(Terms))).DecisionHash;

        Assert.Equal(hash, ((CreditRecognised)Decide(Known, Concluded(Terms))).DecisionHash);
        Assert.NotEqual(hash, ((CreditRecognised)Decide(Known with { Facts = Facts with { ScaledScore = 0.9m } }, Concluded(Terms))).DecisionHash);
        Assert.NotEqual(hash, ((CreditRecognised)Decide(Known, Concluded(Terms with { Title = "Other" }))).DecisionHash);
    }

    [Fact]
    public void Refuses_with_a_stable_code()
    {
        var concluded = Concluded(Terms);
        Assert.Equal("no-agreement", CodeOf(Decide(Known)));
        Assert.Equal("no-agreement", CodeOf(Decide(Known, Concluded(Terms with { EffectiveFrom = Now.AddDays(1) }))));
        Assert.Equal("expired-agreement", CodeOf(Decide(Known, Concluded(Terms with { EffectiveUntil = Now }))));
        Assert.Equal("not-covered", CodeOf(Decide(Known with { Facts = Facts with { Identifiers = ["FIN1001"] } }, concluded)));
        Assert.Equal("score-too-low", CodeOf(Decide(Known with { Facts = Facts with { ScaledScore = 0.69m } }, concluded)));
        Assert.Equal("score-too-low", CodeOf(Decide(Known with { Facts = Facts with { ScaledScore = null } }, concluded)));
        Assert.Equal("credential-not-valid", CodeOf(Decide(Revoked, concluded)));
        Assert.Equal("credential-not-valid", CodeOf(Decide(Known with { Facts = Facts with { ValidUntil = Now } }, concluded)));
        Assert.Equal("credential-too-old", CodeOf(Decide(Known, With(Finance with { MaxAgeDays = 9 }))));
    }

    [Fact]
    public void Converts_the_credentials_own_credit_and_caps_it()
    {
        var ects = Known with { Facts = Facts with { Credit = 7m, CreditUnit = "ECTS" } };

        var credit = (CreditRecognised)Decide(ects, With(Finance with { Award = new ClauseAward("SH", Conversion: Halve) }));
        Assert.Equal(3.5m, credit.Amount);
        Assert.Equal("7 ECTS x 1/2 (year-load), rounded down to 0.5 = 3.5 SH", credit.Computation);
        Assert.Equal(3m, ((CreditRecognised)Decide(ects, With(Finance with { Award = new ClauseAward("SH", Conversion: Halve, MaxAmount: 3m) }))).Amount);
    }

    [Fact]
    public void Refers_an_unknown_unit_to_a_person_and_guesses_nothing()
    {
        var converting = With(Finance with { Award = new ClauseAward("SH", Conversion: Halve) });

        Assert.Equal("unknown-unit", ((RecognitionReferred)Decide(Known with { Facts = Facts with { CreditUnit = null } }, converting)).Code);
        Assert.Equal("unknown-unit", ((RecognitionReferred)Decide(Known, converting)).Code);
    }

    [Fact]
    public void A_person_settles_what_is_in_review_within_the_clause()
    {
        var converting = With(Finance with { Award = new ClauseAward("SH", Conversion: Halve, MaxAmount: 4m) });
        var given = Scenario.Given(Recognition.Decider, Request(), Decide(Known, converting));
        var circumstances = Given(Known, converting);

        var credit = given.When(recognition => Settlement.Settle(recognition, new SettleRecognition(3m, "As FN 101", "registrar"), circumstances, Now))
            .Then<CreditRecognised>();
        Assert.Equal((3m, "SH", "3 SH by registrar: As FN 101"), (credit.Amount, credit.Unit, credit.Computation));

        given.When(recognition => Settlement.Settle(recognition, new SettleRecognition(Amount: null, "Too general", "registrar"), circumstances, Now))
            .Then<RecognitionRefused>();
        given.When(recognition => Settlement.Settle(recognition, new SettleRecognition(5m, "Generous", "registrar"), circumstances, Now))
            .ThenRefused("amount-out-of-range");
        given.When(recognition => Settlement.Settle(recognition, new SettleRecognition(3m, " ", "registrar"), circumstances, Now)).ThenRefused("reason-missing");
        Scenario.Given(Recognition.Decider, Request())
            .When(recognition => Settlement.Settle(recognition, new SettleRecognition(3m, "x", "registrar"), circumstances, Now)).ThenRefused("nothing-to-settle");
    }

    [Fact]
    public void The_first_clause_that_grants_decides_and_the_newest_version_counts()
    {
        var strict = Finance with { Id = "strict", MinScaledScore = 0.9m };
        var lenient = Finance with { Id = "lenient", Award = new ClauseAward("creditUnit:SemesterHour", 2m) };
        Assert.Equal("lenient", ((CreditRecognised)Decide(Known, Concluded(Terms with { Clauses = [strict, lenient] }))).ClauseId);

        var two = ((CreditRecognised)Decide(Known, Concluded(Terms), Concluded(Terms with { Clauses = [lenient] }, version: 2)));
        Assert.Equal((2, 2m), (two.AgreementVersion, two.Amount));
    }

    [Fact]
    public void Waits_for_a_credential_that_is_not_known_yet()
    {
        var unknown = Given(KnownCredential.Decider.Initial, Concluded(Terms));
        var after = Scenario.Given(Recognition.Decider)
            .When(recognition => Recognition.Ask(recognition, Request(), unknown, Now)).Then(Request());
        Assert.Equal(RecognitionStatus.Pending, after.Status);

        var given = Scenario.Given(Recognition.Decider, Request());
        given.When(recognition => Recognition.Reconsider(recognition, unknown, Now)).ThenNothing();
        given.When(recognition => Recognition.Reconsider(recognition, Given(Known, Concluded(Terms)), Now)).Then<CreditRecognised>();
    }

    [Fact]
    public void Does_not_wait_where_there_is_no_agreement()
        => Assert.Equal("no-agreement", Scenario.Given(Recognition.Decider)
            .When(recognition => Recognition.Ask(recognition, Request(), Given(KnownCredential.Decider.Initial), Now)).After().Code);

    [Fact]
    public void A_credential_counts_once_for_one_learner()
    {
        var given = Scenario.Given(Recognition.Decider, Request(), Decide(Known, Concluded(Terms)));

        given.When(recognition => Recognition.Ask(recognition, Request(), Given(Known, Concluded(Terms)), Now)).ThenRefused("already-recognised");
        given.When(recognition => Recognition.Ask(recognition, Request("learner-x"), Given(Known, Concluded(Terms)), Now)).ThenRefused("already-recognised");
        Scenario.Given(Recognition.Decider, Request())
            .When(recognition => Recognition.Ask(recognition, Request("learner-x"), Given(Known), Now)).ThenRefused("already-requested");
    }

    [Fact]
    public void A_refused_request_can_be_made_again()
        => Assert.Equal(RecognitionStatus.Recognised, Scenario.Given(Recognition.Decider, Request(), Decide(Known))
            .When(recognition => Recognition.Ask(recognition, Request(), Given(Known, Concluded(Terms)), Now)).After().Status);

    [Fact]
    public void Withdraws_what_rests_on_a_fallen_credential_and_decides_anew_when_it_stands_again()
    {
        var recognised = Decide(Known, Concluded(Terms));
        var given = Scenario.Given(Recognition.Decider, Request(), recognised);
        given.When(recognition => Recognition.Reconsider(recognition, Given(Revoked), Now))
            .Then(new RecognitionWithdrawn(Request().About, "credential-revoked", "The credential was revoked by its issuer: Voided", Now));
        given.When(recognition => Recognition.Reconsider(recognition, Given(Known), Now)).ThenNothing();
        given.When(recognition => Recognition.Reconsider(recognition, Given(Known with { Status = CredentialStatuses.Expired }), Now)).ThenNothing();

        var suspended = new RecognitionWithdrawn(Request().About, "credential-suspended", "…", Now);
        Scenario.Given(Recognition.Decider, Request(), recognised, suspended)
            .When(recognition => Recognition.Reconsider(recognition, Given(Known, Concluded(Terms)), Now)).Then<CreditRecognised>();
    }

    [Fact]
    public void What_comes_late_changes_nothing_of_a_request_that_is_decided()
    {
        var concluded = Concluded(Terms);
        var recognised = Decide(Known, concluded);
        var refused = Decide(Revoked, concluded);
        var recognisedOnce = Scenario.Given(Recognition.Decider, Request(), recognised);
        recognisedOnce.When(recognition => Recognition.Reconsider(recognition, Given(Known, concluded), Now)).ThenNothing();
        Scenario.Given(Recognition.Decider, Request(), refused).When(recognition => Recognition.Reconsider(recognition, Given(Known, concluded), Now)).ThenNothing();
        Scenario.Given(Recognition.Decider, Request(), refused).When(recognition => Recognition.Reconsider(recognition, Given(Revoked, concluded), Now)).ThenNothing();

        var withdrawn = recognisedOnce.When(recognition => Recognition.Reconsider(recognition, Given(Revoked, concluded), Now)).Then<RecognitionWithdrawn>();
        Scenario.Given(Recognition.Decider, Request(), recognised, withdrawn)
            .When(recognition => Recognition.Reconsider(recognition, Given(Revoked, concluded), Now)).ThenNothing();
    }

    [Fact]
    public void Refuses_a_request_that_names_no_credential()
        => Scenario.Given(Recognition.Decider)
            .When(recognition => Recognition.Ask(recognition, Request() with { About = new RecognitionReference(RequestId, "learner-h", "/credentials/1") }, Given(), Now))
            .ThenRefused("credential-id-invalid");

    private static AgreementConcluded With(Clause clause) => Concluded(Terms with { Clauses = [clause] });

    private static object Decide(KnownCredential known, params AgreementConcluded[] agreements)
        => Recognition.Ask(Recognition.Decider.Initial, Request(), Given(known, agreements), Now).Events[1];

    private static string CodeOf(object decision) => Assert.IsType<RecognitionRefused>(decision).Code;
}
