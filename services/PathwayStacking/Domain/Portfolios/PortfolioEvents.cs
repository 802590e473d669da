using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Domain.Portfolios;

public sealed record EvidenceHeld(string LearnerId, Evidence Evidence);

public sealed record EvidenceLost(string EvidenceId, WithdrawalReason Reason);

public sealed record EvidenceRegained(string EvidenceId);

public sealed record StackOpened(string StackId, string PathwayId, int PathwayVersion);
