using System.Text.RegularExpressions;

namespace Pathways.LocalHost.Description;

/// <summary>What tye.yaml says, checked, with the ports of one running instance.</summary>
public sealed record Topology(
    string Repository,
    string Name,
    Door Door,
    IReadOnlyList<Service> Services,
    int PostgresPort,
    RabbitPorts Rabbit)
{
    /// <summary>A further replica of a service listens this far above the previous one.</summary>
    public const int ReplicaDistance = 100;

    /// <summary>PostgreSQL and RabbitMQ run as ordinary users, who may not listen below.</summary>
    private const int LowestPort = 1024;

    private const int HighestPort = 65535;

    /// <summary>Every port that an instance binds, with who binds it.</summary>
    public IEnumerable<(string Owner, int Port)> Ports =>
    [
        ("door", Door.Port),
        ("postgres", PostgresPort),
        ("rabbitmq amqp", Rabbit.Amqp),
        ("rabbitmq management", Rabbit.Management),
        ("rabbitmq distribution", Rabbit.Distribution),
        ("rabbitmq epmd", Rabbit.Epmd),
        .. Services.SelectMany(s => s.Ports.Select(port => (s.Name, port))),
    ];

    /// <summary>The door's ports with which all others, which follow it, are ports too.</summary>
    public (int Lowest, int Highest) DoorPorts
        => (LowestPort + Door.Port - Ports.Min(p => p.Port), HighestPort + Door.Port - Ports.Max(p => p.Port));

    /// <summary>Of each service, for which there are ports with some port of the door.</summary>
    public int MostReplicas => 1 + ((HighestPort - LowestPort - (Services.Max(s => s.Ports[0]) - Ports.Min(p => p.Port))) / ReplicaDistance);

    public Service Service(string name)
        => Services.FirstOrDefault(s => s.Name == name) ?? throw new DescriptionException($"tye.yaml lists no service '{name}'.");

    /// <param name="repository">The folder that holds tye.yaml.</param>
    /// <param name="doorPort">The door's port; every other port moves with it.</param>
    /// <param name="replicas">Of every service, instead of what tye.yaml says.</param>
    public static Topology Read(string repository, int? doorPort = null, int? replicas = null)
    {
        var file = TyeFile.Read(Path.Combine(repository, "tye.yaml"));
        if (file.Ingress is not [var ingress]) throw new DescriptionException("tye.yaml must have exactly one ingress, the door.");
        var described = OnlyPort(ingress.Name, ingress.Bindings);
        var shift = (doorPort ?? described) - described;

        var services = file.Services.Where(s => s.Project is not null).Select(s => ReadService(s, replicas ?? s.Replicas, shift)).ToList();
        var rules = ingress.Rules.Select(r => ReadRule(r, services)).ToList();
        var postgres = Node(file, "postgres");
        var rabbit = Node(file, "rabbitmq");
        var topology = new Topology(repository, file.Name, new Door(described + shift, rules), services,
            OnlyPort(postgres.Name, postgres.Bindings) + shift,
            new RabbitPorts(Named(rabbit, "amqp") + shift, Named(rabbit, "management") + shift,
                Named(rabbit, "distribution") + shift, Named(rabbit, "epmd") + shift));

        var (lowest, highest) = topology.DoorPorts;
        if (lowest > highest) throw new DescriptionException("So many replicas of each service need more ports than there are.");
        if (topology.Door.Port < lowest || topology.Door.Port > highest)
            throw new DescriptionException($"The door can't be on {topology.Door.Port}: its port is a number from {lowest} to {highest}, since all other ports follow it.");

        var clash = topology.Ports.GroupBy(p => p.Port).FirstOrDefault(g => g.Count() > 1);
        if (clash is not null)
            throw new DescriptionException($"Port {clash.Key} is wanted by {string.Join(" and ", clash.Select(p => p.Owner))}.");
        return topology;
    }

    private static Service ReadService(TyeService service, int replicas, int shift)
    {
        if (!Regex.IsMatch(service.Name, "^[a-z][a-z0-9-]*$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            throw new DescriptionException($"'{service.Name}' is no service name: lower case letters, digits and hyphens.");
        if (replicas < 1) throw new DescriptionException($"{service.Name}: replicas must be at least 1.");
        var first = OnlyPort(service.Name, service.Bindings) + shift;
        return new Service(service.Name, service.Project!,
            [.. Enumerable.Range(0, replicas).Select(replica => first + (ReplicaDistance * replica))],
            service.Env.ToDictionary(v => v.Name, v => v.Value), service.Tags.ToHashSet());
    }

    private static Route ReadRule(TyeRule rule, List<Service> services)
    {
        if (!rule.PreservePath) throw new DescriptionException($"Ingress {rule.Path}: a service owns its prefix, so preservePath must be true.");
        if (services.TrueForAll(s => s.Name != rule.Service))
            throw new DescriptionException($"Ingress {rule.Path} leads to '{rule.Service}', which tye.yaml does not list.");
        return new Route(rule.Path.TrimEnd('/'), rule.Service, rule.MaxBody, rule.Stream);
    }

    private static TyeService Node(TyeFile file, string name)
        => file.Services.FirstOrDefault(s => s.Name == name && s.Image is not null)
           ?? throw new DescriptionException($"tye.yaml lists no '{name}'.");

    private static int OnlyPort(string owner, List<TyeBinding> bindings)
        => bindings is [var only] ? only.Port : throw new DescriptionException($"{owner} must have exactly one binding.");

    private static int Named(TyeService service, string binding)
        => service.Bindings.FirstOrDefault(b => b.Name == binding)?.Port
           ?? throw new DescriptionException($"{service.Name} has no binding '{binding}'.");
}

/// <summary>The one public port and where each path prefix leads.</summary>
public sealed record Door(int Port, IReadOnlyList<Route> Routes);

public sealed record Route(string Prefix, string Service, string? MaxBody, bool Stream);

/// <param name="Ports">One per replica.</param>
public sealed record Service(
    string Name,
    string Project,
    IReadOnlyList<int> Ports,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlySet<string> Tags)
{
    /// <summary>The service's own database, and the stem of its three roles.</summary>
    public string Database => Name.Replace('-', '_');

    public bool HasDatabase => Tags.Contains("database");

    public bool HasBroker => Tags.Contains("broker");

    public string Url(int replica = 0) => $"http://127.0.0.1:{Ports[replica]}";

    /// <summary>Where the other services find it: one of several is chosen by the door, which knows who lives.</summary>
    public string PeerUrl(string door) => Ports.Count == 1 ? Url() : door;

    /// <summary>learning-record, learning-record-2, …: names of the processes, and of their logs.</summary>
    public string ProcessName(int replica) => replica == 0 ? Name : $"{Name}-{replica + 1}";

    public string Assembly(string repository, string configuration)
        => Path.Combine(repository, Path.GetDirectoryName(Project)!, "bin", configuration, "net10.0",
            Path.GetFileNameWithoutExtension(Project) + ".dll");
}

public sealed record RabbitPorts(int Amqp, int Management, int Distribution, int Epmd);

/// <summary>tye.yaml says something that can't be run.</summary>
public sealed class DescriptionException(string message) : Exception(message);
