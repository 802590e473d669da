using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pathways.Tests.Architecture;

/// <summary>Who may know whom, in one table. References are read from the compiled assemblies.</summary>
internal static class DependencyRule
{
    private static readonly string[] Framework = ["System", "Microsoft", "netstandard", "mscorlib", "WindowsBase"];

    private static readonly string[] Services =
        ["Access", "LearningRecord", "CredentialIssuance", "PathwayStacking", "TransferRecognition", "InstitutionFeed", "Dashboard"];

    private static readonly string[] Shared = ["Kernel", "EventStore", "LinkedData", "Observability", "WebDefaults", "Messaging"];

    /// <summary>What an assembly may reference beyond the framework's base class library; null when it is none of ours.</summary>
    public static IReadOnlySet<string>? AllowedTo(string assembly)
    {
        if (!assembly.StartsWith("Pathways.", StringComparison.Ordinal)) return null;
        string room = assembly["Pathways.".Length..];
        return room switch
        {
            "Contracts" or "Kernel" => Set(),
            "EventStore" => Set("Pathways.Kernel", "Npgsql"),
            "EventStore.Marten" => Set("Pathways.Kernel", "Pathways.EventStore", "Npgsql", "Marten", "JasperFx", "Weasel"),
            "LinkedData" => Set(),
            "Observability" => Set("OpenTelemetry"),
            // The Marten adapter is known in the one place that selects it, and there only in the build that asks for it.
            "WebDefaults" => Set("Pathways.Kernel", "Pathways.EventStore", "Pathways.EventStore.Marten", "Pathways.Observability", "Npgsql", "Polly"),
            // It maps the operator's routes, so it knows how routes are protected; MassTransit is known here and nowhere else.
            "Messaging" => Set("Pathways.Kernel", "Pathways.EventStore", "Pathways.Contracts", "Pathways.WebDefaults", "Npgsql", "MassTransit", "RabbitMQ", "Polly"),
            "PathwayStacking.Engine" => Set("Pathways.Kernel"),
            "PathwayStacking.Authoring" => Set("Pathways.Kernel", "Pathways.PathwayStacking.Domain", "Pathways.PathwayStacking.Engine", "YamlDotNet"),
            "PathwayStacking.Domain" => Set("Pathways.Kernel", "Pathways.PathwayStacking.Engine"),
            _ when room.EndsWith(".Domain", StringComparison.Ordinal) => Set("Pathways.Kernel"),
            _ when Services.Contains(room) => Set(
                [.. Shared.Select(name => $"Pathways.{name}"), "Pathways.Contracts", $"Pathways.{room}.Domain", $"Pathways.{room}.Engine", "Npgsql", "Polly", "CsvHelper", "QRCoder", "PdfSharp"]),
            _ => null,
        };
    }

    /// <summary>Rooms that hold decisions or contracts know nothing of the web, of hosting or of a database, not even the framework's.</summary>
    public static bool IsPure(string assembly)
        => assembly is "Pathways.Contracts" or "Pathways.Kernel" or "Pathways.LinkedData"
            || assembly.EndsWith(".Domain", StringComparison.Ordinal) || assembly.EndsWith(".Engine", StringComparison.Ordinal);

    /// <summary>The edges that may not be, each as <c>from -> to</c>.</summary>
    public static IEnumerable<string> Offences(string assembly, IEnumerable<string> references)
    {
        if (AllowedTo(assembly) is not { } allowed) yield break;
        foreach (string reference in references)
        {
            bool fine = Framework.Contains(reference.Split('.')[0])
                ? !IsPure(assembly) || IsBaseLibrary(reference)
                : allowed.Contains(reference) || (!reference.StartsWith("Pathways.", StringComparison.Ordinal) && allowed.Contains(reference.Split('.')[0]));
            if (!fine) yield return $"{assembly} -> {reference}";
        }
    }

    public static IReadOnlyList<string> ReferencesOf(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static bool IsBaseLibrary(string reference)
        => reference.StartsWith("System.", StringComparison.Ordinal) && !reference.StartsWith("System.Data", StringComparison.Ordinal);

    private static HashSet<string> Set(params string[] names) => new(names, StringComparer.Ordinal);
}
