using Pathways.CredentialIssuance.Domain.Issuers;
using Xunit;
using static Pathways.Domain.Tests.CredentialIssuance.Sample;

namespace Pathways.Domain.Tests.CredentialIssuance;

public sealed class IssuerTests
{
    private static readonly IssuerProfile Profile = new("Example University", "https://example.edu", Description: null, Address: null);

    private static readonly ProofForms Both = new(ProofForms.EddsaRdfc, KeyAlgorithms.Es256);

    private static readonly IssuerKey Fresh = new("z6MkFresh", KeyAlgorithms.Ed25519, "{}");

    [Fact]
    public void Proves_the_meaning_by_default_also_where_nothing_was_said_when_it_registered()
        => Assert.Equal(new ProofForms("eddsa-rdfc-2022", KeyAlgorithms.Rs256), Registered.Forms);

    [Fact]
    public void A_new_key_signs_and_the_one_before_stays_known()
    {
        var after = new Given<Issuer>(Issuer.Decider, Registered).When(issuer => Issuer.Rotate(issuer, Fresh, Now)).After();

        Assert.Equal(Fresh, after.ProofKey);
        Assert.Equal(Now, Assert.Single(after.Keys, key => key.Key.Id == "z6Mk").RetiredAt);
        Assert.Equal(KeyAlgorithms.Rs256, after.JwtKey?.Algorithm);
    }

    [Fact]
    public void A_revoked_key_that_signs_is_replaced_in_the_same_moment()
    {
        var after = new Given<Issuer>(Issuer.Decider, Registered).When(issuer => Issuer.RevokeKey(issuer, "z6Mk", "Stolen", Fresh, Now)).After();

        Assert.Equal(Fresh, after.ProofKey);
        Assert.Equal((Now, "Stolen"), (after.Keys[0].RevokedAt, after.Keys[0].Reason));
    }

    [Fact]
    public void A_retired_key_is_revoked_without_another_change()
        => new Given<Issuer>(Issuer.Decider, Issuer.Decider.Fold(Registered, [new IssuerKeyRotated(Fresh, "z6Mk", Now)]))
            .When(issuer => Issuer.RevokeKey(issuer, "z6Mk", "Stolen", new IssuerKey("unused", KeyAlgorithms.Ed25519, "{}"), Now))
            .Then(new IssuerKeyRevoked("z6Mk", "Stolen", Now));

    [Fact]
    public void Refuses_to_revoke_a_key_it_never_had()
        => new Given<Issuer>(Issuer.Decider, Registered).When(issuer => Issuer.RevokeKey(issuer, "z6MkOther", "Stolen", Fresh, Now)).ThenRefused("key-unknown");

    [Theory]
    [InlineData("none", null, "nothing-signs")]
    [InlineData("ecdsa-sd-2023", null, "cryptosuite-unknown")]
    public void Refuses_forms_in_which_nothing_is_signed(string suite, string? jwt, string code)
        => Scenario.Given(Issuer.Decider)
            .When(issuer => Issuer.Register(issuer, new RegisterIssuer("did:web:example.edu", Profile, new ProofForms(suite, jwt), []), Now))
            .ThenRefused(code);

    [Fact]
    public void Keeps_its_keys_when_the_profile_changes()
    {
        var command = new RegisterIssuer("did:web:example.edu", Profile, Both, []);

        var after = new Given<Issuer>(Issuer.Decider, Registered).When(issuer => Issuer.Register(issuer, command, Now)).After();

        Assert.Equal(Profile, after.Profile);
        Assert.Equal(3, after.Keys.Length);
        Assert.Equal(KeyAlgorithms.Es256, after.JwtKey?.Algorithm);
    }

    [Theory]
    [InlineData("EdDSA")]
    [InlineData("none")]
    public void Refuses_an_algorithm_that_verifiers_refuse(string algorithm)
        => Scenario.Given(Issuer.Decider)
            .When(issuer => Issuer.Register(issuer, new RegisterIssuer("did:web:example.edu", Profile, Both with { JwtAlgorithm = algorithm }, []), Now))
            .ThenRefused("jwt-algorithm-unknown");

    [Theory]
    [InlineData("example.edu")]
    [InlineData("https://example.edu/a blank")]
    public void Refuses_a_url_that_could_not_be_signed(string url)
        => Scenario.Given(Issuer.Decider)
            .When(issuer => Issuer.Register(issuer, new RegisterIssuer("did:web:example.edu", Profile with { Url = url }, Both, []), Now))
            .ThenRefused("issuer-url-invalid");

    [Fact]
    public void Refuses_an_issuer_without_a_name()
        => Scenario.Given(Issuer.Decider)
            .When(issuer => Issuer.Register(issuer, new RegisterIssuer("did:web:example.edu", Profile with { Name = "" }, Both, []), Now))
            .ThenRefused("issuer-name-missing");
}
