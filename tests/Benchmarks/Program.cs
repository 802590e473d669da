using System.CommandLine;
using System.CommandLine.Help;
using Pathways.Benchmarks;

var name = new Argument<string>("name") { Description = "Which benchmark; `list` names them.", DefaultValueFactory = _ => "list" };
var json = new Option<bool>("--json") { Description = "One JSON object per line and measurement." };
var root = new Command("deploy/bench", "Measures Pathways beside a limit or a peer that runs in the same minutes.") { new HelpOption() };
root.TreatUnmatchedTokensAsErrors = false;
root.Arguments.Add(name);
root.Options.Add(json);
root.SetAction(async (parse, cancellation) =>
{
    var wanted = parse.GetValue(name)!;
    if (wanted == "list")
    {
        foreach (var known in Bench.All) Console.Out.WriteLine($"{known.Name,-14} {known.Description}");
        return 0;
    }

    if (Bench.All.FirstOrDefault(bench => bench.Name == wanted) is not { } chosen)
    {
        await Console.Error.WriteLineAsync($"There is no benchmark '{wanted}'. Known: {string.Join(", ", Bench.All.Select(bench => bench.Name))}.");
        return 2;
    }

    var report = new Report(chosen.Name, parse.GetValue(json));
    await chosen.RunAsync(report, parse.UnmatchedTokens, cancellation);
    report.Finish();
    return 0;
});
return await root.Parse(args).InvokeAsync();
