using Xunit;

namespace Pathways.Tests.Architecture;

public sealed class Assemblies_know_only_whom_they_may
{
    private static readonly IReadOnlyList<string> Files =
        [.. Directory.GetFiles(AppContext.BaseDirectory, "Pathways.*.dll").Where(file => DependencyRule.AllowedTo(NameOf(file)) is not null)];

    [Fact]
    public void No_edge_offends_the_rule()
        => Assert.Empty(Files.SelectMany(file => DependencyRule.Offences(NameOf(file), DependencyRule.ReferencesOf(file))));

    [Fact]
    public void Every_room_is_looked_at()
    {
        string[] expected =
        [
            "Pathways.Contracts", "Pathways.Kernel", "Pathways.EventStore", "Pathways.LinkedData", "Pathways.Observability", "Pathways.WebDefaults",
            "Pathways.Messaging", "Pathways.LearningRecord", "Pathways.LearningRecord.Domain", "Pathways.CredentialIssuance",
            "Pathways.CredentialIssuance.Domain", "Pathways.PathwayStacking", "Pathways.PathwayStacking.Domain", "Pathways.PathwayStacking.Engine",
            "Pathways.TransferRecognition", "Pathways.TransferRecognition.Domain", "Pathways.InstitutionFeed", "Pathways.Access",
        ];
        Assert.Empty(expected.Except(Files.Select(NameOf)));
    }

    [Theory]
    [InlineData("Pathways.PathwayStacking", "Pathways.CredentialIssuance.Domain")]
    [InlineData("Pathways.PathwayStacking", "Pathways.CredentialIssuance")]
    [InlineData("Pathways.PathwayStacking", "MassTransit")]
    [InlineData("Pathways.WebDefaults", "Pathways.Access")]
    [InlineData("Pathways.EventStore", "Pathways.WebDefaults")]
    [InlineData("Pathways.EventStore", "MassTransit.Abstractions")]
    [InlineData("Pathways.LearningRecord.Domain", "Pathways.Contracts")]
    [InlineData("Pathways.LearningRecord.Domain", "Npgsql")]
    [InlineData("Pathways.LearningRecord.Domain", "Microsoft.AspNetCore.Http")]
    [InlineData("Pathways.LearningRecord.Domain", "Pathways.PathwayStacking.Engine")]
    [InlineData("Pathways.Contracts", "Pathways.Kernel")]
    [InlineData("Pathways.Kernel", "Microsoft.Extensions.Logging")]
    public void A_forbidden_edge_is_named(string from, string to)
        => Assert.Equal([$"{from} -> {to}"], DependencyRule.Offences(from, ["System.Runtime", to]));

    [Theory]
    [InlineData("Pathways.PathwayStacking.Domain", "Pathways.PathwayStacking.Engine")]
    [InlineData("Pathways.PathwayStacking", "Pathways.PathwayStacking.Domain")]
    [InlineData("Pathways.Messaging", "MassTransit.RabbitMqTransport")]
    [InlineData("Pathways.Access", "Microsoft.AspNetCore")]
    public void An_allowed_edge_is_not(string from, string to)
        => Assert.Empty(DependencyRule.Offences(from, ["System.Runtime", to]));

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);
}
