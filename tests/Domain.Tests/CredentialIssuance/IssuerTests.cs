using Pathways.CredentialIssuance.Domain.Issuers;
using Xunit;
using static Pathways.Domain.Tests.CredentialIssuance.Sample;

namespace Pathways.Domain.Tests.CredentialIssuance;

public sealed class IssuerTests
{
    private static readonly IssuerProfile Profile = new("Example University", "https://example.edu", Description: null, Address: null);

    [Fact]
    public void Keeps_its_keys_when_the_profile_changes()
    {
        var command = new RegisterIssuer("did:web:example.edu", Profile, KeyAlgorithms.Es256, []);

        var after = new Given<Issuer>(Issuer.Decider, Registered).When(issuer => Issuer.Register(issuer, command, Now)).After();

        Assert.Equal(Profile, after.Profile);
        Assert.Equal(3, after.Keys.Length);
        Assert.Equal(KeyAlgorithms.Es256, after.JwtKey.Algorithm);
    }

    [Theory]
    [InlineData("EdDSA")]
    [InlineData("none")]
    public void Refuses_an_algorithm_that_verifiers_refuse(string algorithm)
        => Scenario.Given(Issuer.Decider)
            .When(issuer => Issuer.Register(issuer, new RegisterIssuer("did:web:example.edu", Profile, algorithm, []), Now))
            .ThenRefused("jwt-algorithm-unknown");

    [Fact]
    public void Refuses_an_issuer_without_a_name()
        => Scenario.Given(Issuer.Decider)
            .When(issuer => Issuer.Register(issuer, new RegisterIssuer("did:web:example.edu", Profile with { Name = "" }, KeyAlgorithms.Rs256, []), Now))
            .ThenRefused("issuer-name-missing");
}
