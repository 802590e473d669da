using Pathways.TransferRecognition;
using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, TransferRecognitionService.Definition);
