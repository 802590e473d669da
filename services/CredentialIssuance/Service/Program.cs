using Pathways.CredentialIssuance;
using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, CredentialIssuanceService.Definition);
