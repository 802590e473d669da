namespace Pathways.CredentialIssuance.Domain.Awarding;

/// <summary>What follows when a stack completes, for the first time or again.</summary>
public enum StackOutcome
{
    /// <summary>Nothing stands: award it.</summary>
    Award,

    /// <summary>The credential names the very same parts: it is valid again.</summary>
    Reinstate,

    /// <summary>The credential names other parts: it would tell an untruth, so a new one takes its place.</summary>
    Replace,

    /// <summary>The learner has the achievement on other grounds.</summary>
    Nothing,
}

public static class CompletedStack
{
    /// <param name="credentialId">The credential that stands for this stack; empty when there is none.</param>
    public static StackOutcome Judge(Awards awards, string stackId, IReadOnlyList<AwardPart> parts, out Guid credentialId)
    {
        (credentialId, var basis) = awards.Standing.LastOrDefault(award => award.Value.StackId == stackId);
        if (basis is not null) return basis.HasSameParts(parts) ? StackOutcome.Reinstate : StackOutcome.Replace;
        return awards.Standing.IsEmpty ? StackOutcome.Award : StackOutcome.Nothing;
    }
}
