using Pathways.PathwayStacking;
using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, StackingService.Definition);
