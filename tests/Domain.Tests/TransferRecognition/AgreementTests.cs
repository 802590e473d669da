using Pathways.TransferRecognition.Domain.Agreements;
using Xunit;
using static Pathways.Domain.Tests.TransferRecognition.Sample;

namespace Pathways.Domain.Tests.TransferRecognition;

public sealed class AgreementTests
{
    private static readonly string TermsHash = Hash(Terms);
    private static readonly AgreementDrafted Drafted = new(1, Terms, TermsHash, Now);

    [Fact]
    public void Proposes_terms_with_their_hash()
        => Scenario.Given(Agreement.Decider)
            .When(agreement => Agreement.Draft(agreement, "a-1", "hutchinson", Terms, Hash, Now))
            .Then(Drafted);

    [Fact]
    public void Proposing_the_same_terms_again_changes_nothing()
        => Scenario.Given(Agreement.Decider, Drafted)
            .When(agreement => Agreement.Draft(agreement, "a-1", "hutchinson", Terms with { Clauses = [Finance] }, Hash, Now))
            .ThenNothing();

    [Fact]
    public void Refuses_a_proposal_in_the_name_of_another_institution()
        => Scenario.Given(Agreement.Decider)
            .When(agreement => Agreement.Draft(agreement, "a-1", "sophia", Terms, Hash, Now))
            .ThenRefused("agreement-not-yours");

    [Fact]
    public void Is_concluded_when_both_parties_signed_the_same_hash()
    {
        Scenario.Given(Agreement.Decider, Drafted)
            .When(agreement => Agreement.Sign(agreement, new SignAgreement("a-1", "sophia", TermsHash, "provost"), Now))
            .Then(new AgreementSignedByParty(1, "sophia", TermsHash, "provost", Now));

        var after = Scenario.Given(Agreement.Decider, Drafted, new AgreementSignedByParty(1, "sophia", TermsHash, "provost", Now))
            .When(agreement => Agreement.Sign(agreement, new SignAgreement("a-1", "hutchinson", TermsHash, "registrar"), Now))
            .Then(new AgreementSignedByParty(1, "hutchinson", TermsHash, "registrar", Now), Concluded(Terms));
        Assert.Null(after.Proposal);
    }

    [Fact]
    public void A_new_proposal_voids_the_signatures()
    {
        var changed = Terms with { Title = "Finance for all" };
        var after = Scenario.Given(Agreement.Decider, Drafted, new AgreementSignedByParty(1, "sophia", TermsHash, "provost", Now))
            .When(agreement => Agreement.Draft(agreement, "a-1", "hutchinson", changed, Hash, Now))
            .Then(new AgreementDrafted(1, changed, Hash(changed), Now));
        Assert.Empty(after.Signatures);

        Scenario.Given(Agreement.Decider, Drafted, new AgreementDrafted(1, changed, Hash(changed), Now))
            .When(agreement => Agreement.Sign(agreement, new SignAgreement("a-1", "sophia", TermsHash, "provost"), Now))
            .ThenRefused("terms-changed");
    }

    [Fact]
    public void A_concluded_agreement_takes_a_new_version_between_the_same_parties()
    {
        var given = Scenario.Given(Agreement.Decider, Drafted, Concluded(Terms));
        var changed = Terms with { Title = "Finance for all" };

        given.When(agreement => Agreement.Draft(agreement, "a-1", "hutchinson", changed, Hash, Now))
            .Then(new AgreementDrafted(2, changed, Hash(changed), Now));
        given.When(agreement => Agreement.Draft(agreement, "a-1", "hutchinson", Terms with { SendingInstitution = "utah-state" }, Hash, Now))
            .ThenRefused("agreement-party-changed");
    }

    [Fact]
    public void Nobody_but_the_parties_signs()
        => Scenario.Given(Agreement.Decider, Drafted)
            .When(agreement => Agreement.Sign(agreement, new SignAgreement("a-1", "utah-state", TermsHash, "x"), Now))
            .ThenRefused("agreement-not-yours");

    [Fact]
    public void The_sender_signs_in_its_own_streams_what_is_proposed_now()
    {
        var proposal = new ProposedTerms("sophia", "hutchinson", 1, TermsHash);
        var given = Scenario.Given(GivenSignatures.Decider);

        given.When(_ => GivenSignatures.Give(new SignAgreement("a-1", "sophia", TermsHash, "provost"), proposal, Now))
            .Then(new SignatureGiven("a-1", "hutchinson", 1, TermsHash, "provost", Now));
        given.When(_ => GivenSignatures.Give(new SignAgreement("a-1", "sophia", "00", "provost"), proposal, Now)).ThenRefused("terms-changed");
        given.When(_ => GivenSignatures.Give(new SignAgreement("a-1", "utah-state", TermsHash, "x"), proposal, Now)).ThenRefused("agreement-not-yours");
    }

    private static UnitConversion Conversion => new("ECTS", 1, 2, "year-load", new Rounding("down", 0.5m));

    public static TheoryData<string, string, AgreementTerms> Flaws => new()
    {
        { "agreement-title-missing", "/title", Terms with { Title = "" } },
        { "agreement-party-missing", "/sendingInstitution", Terms with { SendingInstitution = "" } },
        { "agreement-with-itself", "/sendingInstitution", Terms with { SendingInstitution = "hutchinson" } },
        { "agreement-dates-reversed", "/effectiveUntil", Terms with { EffectiveUntil = Terms.EffectiveFrom } },
        { "agreement-empty", "/clauses", Terms with { Clauses = [] } },
        { "clause-id-not-unique", "/clauses/1/id", Terms with { Clauses = [Finance, Finance] } },
        { "clause-covers-nothing", "/clauses/0/covers", With(Finance with { Covers = [] }) },
        { "clause-counts-as-nothing", "/clauses/0/countsAs", With(Finance with { CountsAs = [" "] }) },
        { "score-out-of-range", "/clauses/0/minScaledScore", With(Finance with { MinScaledScore = 70m }) },
        { "age-out-of-range", "/clauses/0/maxAgeDays", With(Finance with { MaxAgeDays = 0 }) },
        { "credit-unit-missing", "/clauses/0/award/unit", With(Finance with { Award = new ClauseAward("", 3m) }) },
        { "award-ambiguous", "/clauses/0/award", With(Finance with { Award = new ClauseAward("ECTS") }) },
        { "award-ambiguous", "/clauses/0/award", With(Finance with { Award = new ClauseAward("ECTS", 3m, Conversion) }) },
        { "credit-negative", "/clauses/0/award", With(Finance with { Award = new ClauseAward("ECTS", -3m) }) },
        { "ratio-not-positive", "/clauses/0/award/conversion", With(Finance with { Award = new ClauseAward("ECTS", Conversion: Conversion with { Denominator = 0 }) }) },
        { "rounding-unknown", "/clauses/0/award/conversion/rounding/mode", With(Finance with { Award = new ClauseAward("ECTS", Conversion: Conversion with { Rounding = new Rounding("nearest", 1m) }) }) },
        { "rounding-quantum-invalid", "/clauses/0/award/conversion/rounding/quantum", With(Finance with { Award = new ClauseAward("ECTS", Conversion: Conversion with { Rounding = new Rounding("down", 0m) }) }) },
        { "conversion-basis-missing", "/clauses/0/award/conversion/basis", With(Finance with { Award = new ClauseAward("ECTS", Conversion: Conversion with { Basis = "" }) }) },
    };

    [Theory]
    [MemberData(nameof(Flaws))]
    public void Refuses_flawed_terms_and_names_the_place(string code, string place, AgreementTerms terms)
        => Assert.Equal(place, Scenario.Given(Agreement.Decider)
            .When(agreement => Agreement.Draft(agreement, "a-1", "hutchinson", terms, Hash, Now))
            .ThenRefused(code).Place);

    private static AgreementTerms With(Clause clause) => Terms with { Clauses = [clause] };
}
