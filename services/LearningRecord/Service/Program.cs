using Pathways.LearningRecord;
using Pathways.WebDefaults;

return await ServiceHost.RunAsync(args, LearningRecordService.Definition);
