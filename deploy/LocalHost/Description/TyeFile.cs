using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Pathways.LocalHost.Description;

/// <summary>
/// tye.yaml as it is written (the format of dotnet/tye, <c>docs/reference/schema.md</c>). Two keys of an ingress rule
/// are ours: <c>maxBody</c> (nginx size) and <c>stream</c> (answers are passed on unbuffered and may stay open).
/// </summary>
public sealed record TyeFile
{
    public string Name { get; init; } = "";
    public List<TyeIngress> Ingress { get; init; } = [];
    public List<TyeService> Services { get; init; } = [];

    public static TyeFile Read(string path)
        => new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build()
            .Deserialize<TyeFile>(File.ReadAllText(path));
}

public sealed record TyeIngress
{
    public string Name { get; init; } = "";
    public List<TyeBinding> Bindings { get; init; } = [];
    public List<TyeRule> Rules { get; init; } = [];
}

public sealed record TyeRule
{
    public string Path { get; init; } = "";
    public string Service { get; init; } = "";
    public bool PreservePath { get; init; }
    public string? MaxBody { get; init; }
    public bool Stream { get; init; }
}

public sealed record TyeService
{
    public string Name { get; init; } = "";
    public string? Project { get; init; }
    public string? Image { get; init; }
    public int Replicas { get; init; } = 1;
    public List<TyeBinding> Bindings { get; init; } = [];
    public List<TyeVariable> Env { get; init; } = [];
    public List<string> Tags { get; init; } = [];
}

public sealed record TyeBinding
{
    public string? Name { get; init; }
    public string? Protocol { get; init; }
    public int Port { get; init; }
}

public sealed record TyeVariable
{
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";
}
