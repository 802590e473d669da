using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;
using Xunit;

namespace Pathways.Tests.Deployment;

/// <summary>tye.yaml is the one description: what is in the code, in the door and in the broker agrees with it.</summary>
public sealed class TyeYamlTests
{
    private static readonly Topology Described = Topology.Read(Repository.Root);

    [Fact]
    public void Every_service_of_the_code_is_described_and_every_described_one_exists()
    {
        var programs = Directory.EnumerateFiles(Path.Combine(Repository.Root, "services"), "Program.cs", SearchOption.AllDirectories)
            .Select(program => Directory.GetFiles(Path.GetDirectoryName(program)!, "*.csproj").Single())
            .Select(project => Path.GetRelativePath(Repository.Root, project));

        Assert.Equal(programs.Order(), Described.Services.Select(s => s.Project).Order());
    }

    [Fact]
    public void Every_described_service_is_in_the_solution_and_in_what_deploy_up_builds()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Pathways.sln")).Replace('\\', '/');
        var built = File.ReadAllText(Path.Combine(Repository.Root, "deploy/run.slnf")).Replace("\\\\", "/");

        Assert.All(Described.Services, service =>
        {
            Assert.Contains($"\"{service.Project}\"", solution);
            Assert.Contains($"\"{service.Project}\"", built);
        });
    }

    [Fact]
    public void What_deploy_up_builds_is_everything_but_the_tests()
    {
        var built = File.ReadAllText(Path.Combine(Repository.Root, "deploy/run.slnf")).Replace("\\\\", "/");

        foreach (var room in new[] { "services", "contracts", "deploy" })
        {
            // The adapter to Marten is opt-in: its package is not in every registry.
            foreach (var project in Directory.EnumerateFiles(Path.Combine(Repository.Root, room), "*.csproj", SearchOption.AllDirectories)
                .Where(project => !project.EndsWith("EventStore.Marten.csproj", StringComparison.Ordinal)))
                Assert.Contains($"\"{Path.GetRelativePath(Repository.Root, project)}\"", built);
        }
    }

    [Fact]
    public void No_port_is_wanted_twice_on_any_door()
    {
        foreach (var door in new[] { 8080, 18080 })
        {
            var ports = Topology.Read(Repository.Root, door).Ports.Select(p => p.Port).ToList();
            Assert.Equal(ports.Distinct().Order(), ports.Order());
            Assert.Equal(door, Topology.Read(Repository.Root, door).Door.Port);
        }
    }

    [Fact]
    public void Two_instances_a_replica_block_apart_can_run_side_by_side()
    {
        var ports = Described.Ports.Select(p => p.Port).ToHashSet();

        Assert.Empty(ports.Intersect(Topology.Read(Repository.Root, 8080 + Topology.ReplicaDistance).Ports.Select(p => p.Port)));
    }

    [Fact]
    public void The_door_leads_every_route_to_its_service_and_nowhere_else()
    {
        var written = NginxConfiguration.Write(Described, "127.0.0.1");

        Assert.Contains($"listen 127.0.0.1:{Described.Door.Port};", written);
        Assert.DoesNotContain("{locations}", written);
        foreach (var service in Described.Services)
        {
            Assert.Contains($"upstream {service.Name} {{", written);
            foreach (var port in service.Ports) Assert.Contains($"server 127.0.0.1:{port} ", written);
            Assert.Contains(Described.Door.Routes, route => route.Service == service.Name);
        }

        var locations = written.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("location /", StringComparison.Ordinal)).ToList();
        Assert.Equal(Described.Door.Routes.Select(r => $"location {r.Prefix}/ {{").Append("location / {").Order(), locations.Order());
    }

    [Fact]
    public void The_door_speaks_of_problems_as_the_services_do()
    {
        Assert.All(NginxConfiguration.Problems, problem =>
        {
            if (WebDefaults.ProblemCodes.Find(problem.Code) is not { } known) return;
            Assert.Equal((known.Status, known.Title, known.Remedy), (problem.Status, problem.Title, problem.Remedy));
        });
        Assert.Contains(NginxConfiguration.Problems, problem => WebDefaults.ProblemCodes.Find(problem.Code) is not null);
    }

    [Fact]
    public void The_brokers_queues_belong_to_described_services_and_no_password_is_in_the_file()
    {
        var services = Described.Services.Where(s => s.HasBroker).Select(s => s.Name).ToHashSet();
        var topology = RabbitNode.Topology(Repository.Root);

        Assert.Empty(topology.Part("permissions").Select(p => p["user"]!.GetValue<string>()).Except(services));
        Assert.DoesNotContain("password", File.ReadAllText(Path.Combine(Repository.Root, "deploy/rabbitmq/definitions.json")), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"users\"", File.ReadAllText(Path.Combine(Repository.Root, "deploy/rabbitmq/definitions.json")));
    }

    [Fact]
    public void Every_bound_queue_and_exchange_exists()
    {
        var topology = RabbitNode.Topology(Repository.Root);
        var names = topology.Part("exchanges").Concat(topology.Part("queues")).Select(x => x["name"]!.GetValue<string>()).ToHashSet();

        foreach (var binding in topology.Part("bindings"))
        {
            Assert.Contains(binding["source"]!.GetValue<string>(), names);
            Assert.Contains(binding["destination"]!.GetValue<string>(), names);
        }
    }

    [Theory]
    [InlineData("- { path: /nowhere, service: nobody, preservePath: true }", "which tye.yaml does not list")]
    [InlineData("- { path: /x, service: access }", "preservePath must be true")]
    public void Refuses_an_ingress_rule_that_leads_astray(string rule, string reason)
        => RefusedWith(reason, text => text.Replace("    rules:", $"    rules:\n      {rule}"));

    [Fact]
    public void Refuses_two_services_on_one_port() => RefusedWith("is wanted by", text => text.Replace("port: 8082", "port: 8081"));

    [Fact]
    public void Refuses_a_description_without_a_broker() => RefusedWith("lists no 'rabbitmq'", text => text.Replace("name: rabbitmq", "name: other"));

    private static void RefusedWith(string reason, Func<string, string> edit)
    {
        var folder = Directory.CreateTempSubdirectory("pathways-tye-");
        try
        {
            var original = File.ReadAllText(Path.Combine(Repository.Root, "tye.yaml"));
            var edited = edit(original);
            Assert.NotEqual(original, edited);
            File.WriteAllText(Path.Combine(folder.FullName, "tye.yaml"), edited);
            Assert.Contains(reason, Assert.Throws<DescriptionException>(() => Topology.Read(folder.FullName)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
