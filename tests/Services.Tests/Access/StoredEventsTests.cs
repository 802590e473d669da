using System.Text.Json;
using Pathways.Access;
using Pathways.Access.Clients;
using Pathways.Access.FeedUsers;
using Pathways.Access.Tenants;
using Xunit;

namespace Pathways.Services.Tests.Access;

/// <summary>What was stored once is read for ever.</summary>
public sealed class StoredEventsTests
{
    private static readonly Dictionary<string, (object Example, string Stored)> Golden = new()
    {
        ["client_created"] = (
            new ClientCreated("c1", "utah-state", ["define", "issue"], "9f86d081", new ClientAuthority("Registrar", Account: new ClientAccount("https://usu.example.edu", "registrar")), Isolated: true),
            """{"ClientId":"c1","Tenant":"utah-state","Scopes":["define","issue"],"SecretSha256":"9f86d081","Authority":{"Name":"Registrar","Mbox":null,"Openid":null,"Account":{"HomePage":"https://usu.example.edu","Name":"registrar"}},"Isolated":true}"""),
        ["client_secret_rotated"] = (new ClientSecretRotated("9f86d081"), """{"SecretSha256":"9f86d081"}"""),
        ["client_revoked"] = (new ClientRevoked("Lost laptop"), """{"Reason":"Lost laptop"}"""),
        ["tenant_added"] = (new TenantAdded("utah-state"), """{"Tenant":"utah-state"}"""),
        ["feed_user_created"] = (new FeedUserCreated("institution.a.b", "a", "b", "x"), """{"User":"institution.a.b","Tenant":"a","Name":"b","PasswordHash":"x"}"""),
        ["feed_user_rotated"] = (new FeedUserRotated("institution.a.b", "x"), """{"User":"institution.a.b","PasswordHash":"x"}"""),
        ["feed_user_revoked"] = (new FeedUserRevoked("institution.a.b", "Done"), """{"User":"institution.a.b","Reason":"Done"}"""),
    };

    public static TheoryData<string> Names => [.. AccessEvents.Types.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_and_read_as_it_always_was(string name)
    {
        var (example, stored) = Golden[name];

        Assert.Equal(stored, JsonSerializer.Serialize(example, example.GetType()));
        Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize(stored, AccessEvents.Types[name]), AccessEvents.Types[name]));
    }

    [Fact]
    public void A_client_of_the_first_days_is_read()
    {
        var client = JsonSerializer.Deserialize<ClientCreated>("""{"ClientId":"c1","Tenant":"utah-state","Scopes":["define"],"SecretSha256":"9f86d081"}""")!;

        Assert.Equal((null, false), (client.Authority, client.Isolated));
    }
}
