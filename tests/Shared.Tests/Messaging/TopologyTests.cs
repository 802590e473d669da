using System.Text.Json.Nodes;
using Pathways.Messaging.Topology;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

public sealed class TopologyTests
{
    private static readonly string DefinitionsFile = RepositoryFile("deploy/rabbitmq/definitions.json");

    [Fact]
    public async Task Definitions_declare_what_the_code_uses()
    {
        string wanted = Definitions.ToJson();
        if (Environment.GetEnvironmentVariable("PATHWAYS_UPDATE") == "1")
            await File.WriteAllTextAsync(DefinitionsFile, wanted, TestContext.Current.CancellationToken);

        string declared = await File.ReadAllTextAsync(DefinitionsFile, TestContext.Current.CancellationToken);

        Assert.True(wanted == declared, "deploy/rabbitmq/definitions.json differs from the code; PATHWAYS_UPDATE=1 writes it anew.");
    }

    [Fact]
    public void Every_consumer_queue_keeps_order_and_survives_the_broker()
    {
        var queues = JsonNode.Parse(Definitions.ToJson())!["queues"]!.AsArray().Where(queue => ((string)queue!["name"]!).Contains(".from.")).ToList();

        Assert.Equal(9, queues.Count);
        Assert.All(queues, queue =>
        {
            var arguments = queue!["arguments"]!;
            Assert.Equal("quorum", (string?)arguments["x-queue-type"]);
            Assert.True((bool)arguments["x-single-active-consumer"]!);
            Assert.Equal(BrokerTopology.Dead, (string?)arguments["x-dead-letter-exchange"]);
        });
    }

    private static string RepositoryFile(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pathways.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, path);
    }
}
