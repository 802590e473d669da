using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.Access;

public sealed class Keys_rotate_without_a_pause(AccessUnderTest access) : IClassFixture<AccessUnderTest>
{
    [Fact]
    public async Task Tokens_of_the_old_and_of_the_new_key_both_pass()
    {
        string before = await access.TokenAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("scope", "operator"));
        var published = await PublishedAsync();

        using var rotated = await access.SendAsync(HttpMethod.Post, "/access/keys/rotate", token: before);
        Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);

        string after = await access.TokenAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("scope", "operator"));
        Assert.NotEqual(new JsonWebToken(before).Kid, new JsonWebToken(after).Kid);
        Assert.Contains(new JsonWebToken(after).Kid, published);
        Assert.Contains(new JsonWebToken(before).Kid, await PublishedAsync());
        foreach (string token in new[] { before, after })
        {
            using var answer = await access.SendAsync(HttpMethod.Get, "/access/clients/none", token: token);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_private_keys_are_readable_by_the_service_alone()
    {
        await PublishedAsync();
        string file = Path.Combine(access.Service.Secrets, "token-keys.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private async Task<List<string>> PublishedAsync()
    {
        var answer = await access.Http.ReadAsync("/.well-known/jwks.json");
        Assert.DoesNotContain("\"d\"", answer.Body, StringComparison.Ordinal);
        return [.. answer.Json.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];
    }
}
