namespace Pathways.LearningRecord.Recording;

/// <summary>A stored statement as it is returned.</summary>
/// <param name="Seq">Its place; see <see cref="StoredClock"/>.</param>
internal sealed record StoredText(Guid Id, long Seq, Guid? RefersTo, bool IsVoided, string LearnerId, byte[] Json);
