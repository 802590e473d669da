namespace Pathways.LocalHost.Description;

/// <summary>What tests of faults change about an instance. An ordinary one has <see cref="None"/>.</summary>
/// <param name="Postgres">The port at which services are told to find PostgreSQL, when it is not the node's own.</param>
/// <param name="Rabbit">The same for RabbitMQ.</param>
/// <param name="Settings">Environment variables of single processes.</param>
public sealed record Detours(int? Postgres, int? Rabbit, IReadOnlyList<Setting> Settings)
{
    public static Detours None { get; } = new(null, null, []);

    /// <summary>As options of <c>up</c>.</summary>
    public IEnumerable<string> Arguments() =>
    [
        .. Postgres is null ? Array.Empty<string>() : ["--via-postgres", $"{Postgres}"],
        .. Rabbit is null ? Array.Empty<string>() : ["--via-rabbitmq", $"{Rabbit}"],
        .. Settings.SelectMany(setting => new[] { "--set", $"{setting}" }),
    ];
}

/// <param name="Of">A service, for all of its replicas, or one of them: <c>access-1</c>, <c>access-2</c>.</param>
public sealed record Setting(string Of, string Name, string Value)
{
    /// <param name="text"><c>access:NAME=VALUE</c></param>
    public static Setting Parse(string text)
        => text.Split(':', 2) is [var of, var rest] && rest.Split('=', 2) is [var name, var value]
            ? new Setting(of, name, value)
            : throw new DescriptionException($"'{text}' is not SERVICE:NAME=VALUE.");

    public bool IsOf(Service service, int replica) => Of == service.Name || Of == $"{service.Name}-{replica + 1}";

    public override string ToString() => $"{Of}:{Name}={Value}";
}
