using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Documents;

/// <summary>One of the three document resources.</summary>
/// <param name="IdParameter">What a document is called by: <c>stateId</c> or <c>profileId</c>.</param>
internal sealed record DocumentResource(string Kind, string Path, string IdParameter, bool ByActivity, bool ByAgent, bool ByRegistration, string Scope)
{
    public static DocumentResource State { get; } = new("state", "/xapi/activities/state", "stateId", ByActivity: true, ByAgent: true, ByRegistration: true, Scopes.State);

    public static DocumentResource ActivityProfile { get; } = new("activity-profile", "/xapi/activities/profile", "profileId", ByActivity: true, ByAgent: false, ByRegistration: false, Scopes.Profile);

    public static DocumentResource AgentProfile { get; } = new("agent-profile", "/xapi/agents/profile", "profileId", ByActivity: false, ByAgent: true, ByRegistration: false, Scopes.Profile);

    /// <summary>What its address says.</summary>
    /// <param name="withoutId">What a request without the document's id is about; null where the id is needed.</param>
    public IEnumerable<QueryParameter> Parameters(bool listing, string? withoutId)
    {
        yield return new(IdParameter, withoutId is null ? "What the document is called" : $"What the document is called; without it {withoutId}", IsRequired: withoutId is null);
        if (ByActivity) yield return new("activityId", "The activity's IRI", IsRequired: true);
        if (ByAgent) yield return new("agent", "An agent or identified group, as JSON", IsRequired: true);
        if (ByRegistration) yield return new("registration", "A registration's UUID");
        if (listing) yield return new("since", "Only ids of documents stored after this date-time (RFC 3339)");
    }
}

/// <summary>Which document, or with <see cref="Id"/> null which documents, a request is about.</summary>
/// <param name="Subject">Whose data it is.</param>
/// <param name="Context">Hash of what documents are listed by; a registration narrows it.</param>
internal sealed record DocumentAddress(string Subject, long Context, Guid? Registration, string? Id, string Stream)
{
    // Profiles of activities are nobody's; they have a key of the tenant's own.
    private const string NobodysSubject = "activity-profiles";

    /// <param name="realm">Keeps documents of an isolated client apart; empty for all others.</param>
    /// <returns>Null when the parameters refuse.</returns>
    public static DocumentAddress? Read(DocumentResource resource, Parameters parameters, string tenant, string realm, Pseudonyms pseudonyms, bool needsId)
    {
        string? activity = resource.ByActivity ? parameters.Iri("activityId") : "";
        var agent = resource.ByAgent ? parameters.Agent("agent") : null;
        var registration = resource.ByRegistration ? parameters.Id("registration") : null;
        string? id = parameters.Text(resource.IdParameter);
        if (activity is null) parameters.Require("activityId");
        if (agent is null && resource.ByAgent) parameters.Require("agent");
        if (id is null && needsId) parameters.Require(resource.IdParameter);
        if (parameters.Refusal is not null) return null;

        return Of(resource, tenant, realm, pseudonyms, activity, agent, registration, id);
    }

    public static DocumentAddress Of(
        DocumentResource resource, string tenant, string realm, Pseudonyms pseudonyms, string? activity, Identity? agent, Guid? registration, string? id)
    {
        string context = $"{realm}{resource.Kind}\n{activity}\n{agent?.Canonical}";
        return new DocumentAddress(
            agent is null ? NobodysSubject : pseudonyms.LearnerId(tenant, agent),
            pseudonyms.Group(tenant, context),
            registration,
            id,
            $"document-{pseudonyms.Name(tenant, $"{context}\n{registration}\n{id}")}");
    }
}
