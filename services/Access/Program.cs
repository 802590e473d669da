using Pathways.Access;
using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, AccessService.Definition);
