using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit;

namespace Pathways.Domain.Tests;

/// <summary>A stored event's JSON, in the folder <c>Golden</c> beside the test, in the event store's form.</summary>
internal static class GoldenEvent
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, RespectRequiredConstructorParameters = true };

    public static void Check(string name, Type type, object example, [CallerFilePath] string here = "")
    {
        string golden = Path.Combine(Path.GetDirectoryName(here)!, "Golden", name + ".json");
        if (!File.Exists(golden))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            File.WriteAllText(golden, JsonSerializer.Serialize(example, type, Json) + "\n");
            Assert.Fail($"{golden} was missing. It is written now: read it, and commit it with the event.");
        }

        string stored = File.ReadAllText(golden);
        Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize(stored, type, Json), type, Json) + "\n");
        Assert.Equal(stored, JsonSerializer.Serialize(example, type, Json) + "\n");
    }
}
