using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, new ServiceDefinition("access", []));
