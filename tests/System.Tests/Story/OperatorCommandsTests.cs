using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>What an operator does on the command line about clients and parked streams.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class OperatorCommandsTests(SharedSystem shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_is_not_changed_as_another_institutions()
    {
        var created = JsonNode.Parse(await RunAsync("client", "create", "--tenant", WeldingStory.College, "--scope", "feed", "--json"))!;
        string clientId = (string)created["clientId"]!;

        foreach (string act in new[] { "rotate", "revoke" })
            await RefusedAsync("client-not-found", "client", act, clientId, "--tenant", WeldingStory.Provider);
        Assert.False(await IsRevokedAsync(clientId));

        var rotated = JsonNode.Parse(await RunAsync("client", "rotate", clientId, "--tenant", WeldingStory.College, "--json"))!;
        Assert.NotEqual((string)created["clientSecret"]!, (string)rotated["clientSecret"]!);
        await RunAsync("client", "revoke", clientId, "--tenant", WeldingStory.College);
        Assert.True(await IsRevokedAsync(clientId));
    }

    /// <summary>A shell variable that is not set, and the name that stands for all.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("*")]
    public async Task A_token_is_for_one_institution(string tenant) => await RefusedAsync("tenant-required", "token", "--tenant", tenant);

    [Fact]
    public async Task A_parked_stream_is_told_with_what_to_do_and_left_out_only_for_a_reason()
    {
        const string service = "credential-issuance", stream = "parked-by-hand";
        using var nodes = new RunningNodes(shared.Running);
        string database = shared.Running.Topology.Service(service).Database;
        await nodes.SqlAsync(database, $"""
            insert into events.cursors (tenant_id, source, stream, version, parked) values ('{WeldingStory.College}', 'learning-record', '{stream}', 0, true);
            insert into events.parked (tenant_id, source, stream, version, message, error, attempts) values
                ('{WeldingStory.College}', 'learning-record', '{stream}', 1, 'no json', 'It is poison.', 1), ('{WeldingStory.College}', 'learning-record', '{stream}', 2, 'no json', null, 0)
            """, Ct);
        try
        {
            var parked = Assert.Single(JsonNode.Parse(await RunAsync("parked", "list", "--json"))!.AsArray())!;
            string id = (string)parked["id"]!;
            Assert.Equal((service, stream, "It is poison."), ((string)parked["service"]!, (string)parked["stream"]!, (string)parked["error"]!));
            string list = await RunAsync("parked", "list");
            Assert.Contains("It is poison.", list, StringComparison.Ordinal);
            Assert.Contains($"deploy/pathways parked retry {service} {id}\n", list, StringComparison.Ordinal);

            await RefusedAsync("still-parked", "parked", "retry", service, id);
            await RefusedAsync("not-parked", "parked", "retry", service, "of/nobody");
            await RefusedAsync("--reason", "parked", "skip", service, id);
            await RefusedAsync("reason-missing", "parked", "skip", service, id, "--reason", " ");
            Assert.Contains($"waits still: deploy/pathways parked retry {service} {id}", await RunAsync("parked", "skip", service, id, "--reason", "It was put there by hand."), StringComparison.Ordinal);
            Assert.Contains("was not tried yet", await RunAsync("parked", "list"), StringComparison.Ordinal);
        }
        finally
        {
            await nodes.SqlAsync(database, $"delete from events.parked where stream = '{stream}'; delete from events.cursors where stream = '{stream}'", CancellationToken.None);
        }
    }

    private async Task<bool> IsRevokedAsync(string clientId)
    {
        var clients = JsonNode.Parse(await RunAsync("client", "list", "--tenant", WeldingStory.College, "--json"))!.AsArray();
        return (bool)clients.Single(client => (string)client!["clientId"]! == clientId)!["revoked"]!;
    }

    private async Task RefusedAsync(string said, params string[] arguments)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(arguments));
        Assert.Contains("ended with 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains(said, refused.Message[refused.Message.IndexOf('\n', StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private Task<string> RunAsync(params string[] arguments) => Script.RunAsync("pathways", Ct, [.. arguments, "--data", shared.Running.Data.Root]);
}
