using Pathways.Faults;
using Xunit.Runner.InProc.SystemConsole;

// `deploy/faults` runs the cases at length and prints a table; without that word it is a test suite like the others.
return args is ["faults", .. var cases] ? await FaultRunner.RunAsync(cases) : await ConsoleRunner.Run(args);
