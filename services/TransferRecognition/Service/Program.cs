using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, new ServiceDefinition("transfer-recognition", []));
