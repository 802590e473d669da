using Pathways.InstitutionFeed;
using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, InstitutionFeedService.Definition);
