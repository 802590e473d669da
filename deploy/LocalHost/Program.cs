using System.CommandLine;
using Pathways.LocalHost;
using Pathways.LocalHost.Commands;

var data = new Option<string>("--data") { Description = "The data directory", DefaultValueFactory = _ => Repository.DefaultData };
var port = new Option<int?>("--port") { Description = "The door's port (8080); all other ports move along" };
var bind = new Option<string>("--bind") { Description = "The address the door listens on", DefaultValueFactory = _ => "127.0.0.1" };
var origin = new Option<string?>("--origin") { Description = "The public origin, when it isn't the door's own address" };
var fresh = new Option<bool>("--fresh") { Description = "Wipe the data directory first" };
var noSample = new Option<bool>("--no-sample") { Description = "Don't load the sample" };
var detach = new Option<bool>("--detach") { Description = "Return when everything is ready, and leave it running" };
var supervise = new Option<bool>("--supervise") { Hidden = true };
var json = new Option<bool>("--json") { Description = "As JSON" };

var up = new Command("up", "Start what tye.yaml lists and supervise it") { data, port, bind, origin, fresh, noSample, detach, supervise };
up.SetAction((parsed, _) =>
{
    var options = new UpOptions(parsed.GetValue(data)!, parsed.GetValue(port), parsed.GetValue(bind)!, parsed.GetValue(origin),
        parsed.GetValue(fresh), !parsed.GetValue(noSample));
    return parsed.GetValue(detach) ? Detached.RunAsync(options) : Up.RunAsync(options, detached: parsed.GetValue(supervise));
});

var down = new Command("down", "Stop it; the data stay") { data };
down.SetAction((parsed, _) => Down.RunAsync(parsed.GetValue(data)!));

var status = new Command("status", "What runs, and whether it is ready") { data, json };
status.SetAction(parsed => Status.Run(parsed.GetValue(data)!, parsed.GetValue(json)));

return await new RootCommand("Runs Pathways on this machine.") { up, down, status }
    // Ctrl-C is the supervisor's own business: it has processes to stop first.
    .Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
