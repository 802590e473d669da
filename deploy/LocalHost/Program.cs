using System.CommandLine;
using System.Globalization;
using Pathways.LocalHost;
using Pathways.LocalHost.Commands;
using Pathways.LocalHost.Description;

var data = new Option<string>("--data") { Description = "The data directory", DefaultValueFactory = _ => Repository.DefaultData };
var port = Number("--port", "The door's port (8080); all other ports move along", topology => topology.DoorPorts,
    (lowest, highest) => $"a port is a number from {lowest} to {highest}, since all other ports follow the door's");
var bind = new Option<string>("--bind") { Description = "The address the door listens on", DefaultValueFactory = _ => "127.0.0.1" };
var origin = new Option<string?>("--origin") { Description = "The public origin, when it isn't the door's own address" };
var fresh = new Option<bool>("--fresh") { Description = "Wipe the data directory first" };
var noSample = new Option<bool>("--no-sample") { Description = "Don't load the sample" };
var detach = new Option<bool>("--detach") { Description = "Return when everything is ready, and leave it running" };
var replicas = Number("--replicas", "How many of each service, instead of what tye.yaml says", topology => (1, topology.MostReplicas),
    (lowest, highest) => $"how many of each service is a number from {lowest} to {highest}, since each needs a port");
// For tests of faults: a proxy in between, a setting of one process.
var viaPostgres = new Option<int?>("--via-postgres") { Hidden = true };
var viaRabbit = new Option<int?>("--via-rabbitmq") { Hidden = true };
var set = new Option<string[]>("--set") { Hidden = true };
var supervise = new Option<bool>("--supervise") { Hidden = true };
var json = new Option<bool>("--json") { Description = "As JSON" };

var up = new Command("up", "Start what tye.yaml lists and supervise it") { data, port, bind, origin, fresh, noSample, detach, replicas, viaPostgres, viaRabbit, set, supervise };
up.SetAction(async (parsed, _) =>
{
    var options = new UpOptions(parsed.GetValue(data)!, parsed.GetValue(port), parsed.GetValue(bind)!, parsed.GetValue(origin),
        parsed.GetValue(fresh), !parsed.GetValue(noSample), parsed.GetValue(replicas),
        new Detours(parsed.GetValue(viaPostgres), parsed.GetValue(viaRabbit), [.. (parsed.GetValue(set) ?? []).Select(Setting.Parse)]));
    if (options.Refusal() is { } refusal)
    {
        await Console.Error.WriteLineAsync(refusal);
        return 1;
    }
    return await (parsed.GetValue(detach) ? Detached.RunAsync(options) : Up.RunAsync(options, detached: parsed.GetValue(supervise)));
});

var down = new Command("down", "Stop it; the data stay") { data };
down.SetAction((parsed, _) => Down.RunAsync(parsed.GetValue(data)!));

var status = new Command("status", "What runs, and whether it is ready") { data, json };
status.SetAction(parsed => Status.Run(parsed.GetValue(data)!, parsed.GetValue(json)));

return await new RootCommand("Runs Pathways on this machine.") { up, down, status }
    // Ctrl-C is the supervisor's own business: it has processes to stop first.
    .Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

// What is no number, or none that can be, is refused in words; the library would name a type.
static Option<int?> Number(string name, string description, Func<Topology, (int Lowest, int Highest)> range, Func<int, int, string> rule) => new(name)
{
    Description = description,
    CustomParser = given =>
    {
        var text = given.Tokens[^1].Value;
        try
        {
            var (lowest, highest) = range(Topology.Read(Repository.Root));
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= lowest && number <= highest) return number;
            given.AddError($"{name} can't be '{text}': {rule(lowest, highest)}.");
        }
        catch (DescriptionException refused)
        {
            given.AddError(refused.Message);
        }
        return null;
    },
};
