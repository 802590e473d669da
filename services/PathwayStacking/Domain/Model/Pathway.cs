using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pathways.PathwayStacking.Domain.Model;

/// <summary>
/// How credentials stack: a directed acyclic graph of components with conditions, as in CTDL's <c>ceterms:Pathway</c>.
/// The model is what an event stores; the original document is kept beside it by whoever imported it.
/// </summary>
/// <param name="Id">IRI (CTDL <c>@id</c>), the pathway's identity across versions.</param>
/// <param name="Owner">IRI of the organization (<c>ceterms:ownedBy</c>, else <c>offeredBy</c>).</param>
/// <param name="Destinations">Ids of the goal components (<c>ceterms:hasDestinationComponent</c>); all of them make the stack complete.</param>
/// <param name="Components">In document order; ids are unique.</param>
/// <param name="ProgressionLevels">In the order of the progression model, when the document has one.</param>
/// <param name="Language">Of its texts (BCP 47); null when the document does not say.</param>
/// <param name="Beside">What the imported document says beside the pathway.</param>
public sealed record Pathway(
    string Id,
    string? Ctid,
    string Name,
    string? Description,
    string? Owner,
    string? VersionIdentifier,
    IReadOnlyList<string> Destinations,
    IReadOnlyList<Component> Components,
    IReadOnlyList<ProgressionLevel> ProgressionLevels,
    // Left out when not used, here and below, so that adding them changed no version hash.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Verbatim>? Verbatim = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SourceDocument? Beside = null);

/// <summary>
/// Members of a node as the imported document has them, because the model would lose them or write them otherwise.
/// Exporting puts them back, so that it loses nothing.
/// </summary>
/// <param name="Members">By their names in the document; empty when the document leaves out what the model says.</param>
/// <param name="Property">The CTDL property in whose place they stand; null for what the model does not know.</param>
/// <param name="Fits">Hash of what the model would write for the property. When the model was changed since, its own words count.</param>
public sealed record Verbatim(JsonElement Members, string? Property = null, string? Fits = null);

/// <param name="Contexts">The document's JSON-LD contexts: they say what prefixes in verbatim members mean.</param>
/// <param name="Graphs">Members of the objects around <c>@graph</c>, without it.</param>
/// <param name="Nodes">Nodes that are no part of the pathway: courses, organizations, concept schemes.</param>
public sealed record SourceDocument(IReadOnlyList<JsonElement> Contexts, IReadOnlyList<JsonElement> Graphs, IReadOnlyList<JsonElement> Nodes);

/// <summary>A level of <c>asn:ProgressionModel</c>.</summary>
public sealed record ProgressionLevel(
    string Id,
    string Name,
    string? Precedes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Verbatim>? Verbatim = null);

/// <summary>One node of a pathway (<c>ceterms:PathwayComponent</c> and its subclasses).</summary>
/// <param name="MetBy">Whether fulfilled conditions alone fill the component, or only evidence of the thing itself.</param>
/// <param name="CodedNotation">The institution's own code, such as a course number.</param>
/// <param name="ProxyFor">IRIs of what the component stands for (<c>proxyFor</c>, <c>proxyForItems</c>, <c>sourceData</c>, <c>sourceItem</c>): evidence of one of them fills it.</param>
/// <param name="Conditions">Several conditions at one component must all hold.</param>
/// <param name="Precedes">Suggested order only (CTDL 2022 change); never a requirement.</param>
/// <param name="Prerequisites">Of the component itself (removed from CTDL in 2022, still found): they order the next steps.</param>
public sealed record Component(
    string Id,
    string? Ctid,
    ComponentKind Kind,
    CompletionRule MetBy,
    string Name,
    string? Description,
    string? CodedNotation,
    IReadOnlyList<string> ProxyFor,
    string? Category,
    string? CredentialType,
    string? ProgramTerm,
    IReadOnlyList<CreditValue> Credits,
    IReadOnlyList<Condition> Conditions,
    IReadOnlyList<string> Precedes,
    IReadOnlyList<string> PrecededBy,
    IReadOnlyList<string> Prerequisites,
    IReadOnlyList<string> Children,
    IReadOnlyList<string> ProgressionLevels,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Verbatim>? Verbatim = null);

[JsonConverter(typeof(JsonStringEnumConverter<ComponentKind>))]
public enum ComponentKind
{
    Basic,
    Assessment,
    Cocurricular,
    Collection,
    Competency,
    Course,
    Credential,
    Extracurricular,
    Job,
    Multi,
    Selection,
    WorkExperience,
}

/// <summary>
/// What fills a component. CTDL writes both readings with <c>hasCondition</c>: a certificate is completed by its parts,
/// but a course is not completed by its prerequisite course.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<CompletionRule>))]
public enum CompletionRule
{
    /// <summary>Only evidence of the thing itself; conditions are what one needs before.</summary>
    Evidence,

    /// <summary>Evidence of the thing itself, or all its conditions.</summary>
    Conditions,
}

/// <summary>An amount of credit (<c>ceterms:ValueProfile</c>).</summary>
/// <param name="Unit">IRI or prefixed concept (<c>creditUnit:DegreeCredit</c>); null means unknown, which is a state and never a guess.</param>
/// <param name="Level">IRI or prefixed concept (<c>audLevel:LowerDivisionLevel</c>).</param>
public sealed record CreditValue(decimal? Value, decimal? Minimum, decimal? Maximum, string? Unit, string? Level);

/// <summary>A requirement of a component (<c>ceterms:ComponentCondition</c>).</summary>
/// <param name="RequiredNumber">How many of the targets and nested conditions; null means what the operator says, and all without one.</param>
/// <param name="Targets">Component ids; an id without a component in the pathway is a dangling target.</param>
/// <param name="Elided">Targets the document only counts ("(and 14 more)"): there are so many more that nobody can judge here.</param>
public sealed record Condition(
    string? Id,
    string? Name,
    string? Description,
    int? RequiredNumber,
    LogicalOperator? Operator,
    IReadOnlyList<string> Targets,
    IReadOnlyList<Condition> Conditions,
    IReadOnlyList<Constraint> Constraints,
    int Elided = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Verbatim>? Verbatim = null);

/// <summary>How nested conditions and constraints combine (CTDL <c>logic:</c> concepts).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LogicalOperator>))]
public enum LogicalOperator
{
    And,
    Or,

    /// <summary>Exactly one. One that holds is enough here: further ones are not counted, and do not take the result away.</summary>
    OnlyOne,
}

/// <summary>
/// A limit on what may fill a condition's targets (<c>ceterms:Constraint</c>): left, comparator, right, each side with an
/// optional array action. Terms are kept as written; <see cref="Compiling.ConstraintJudge"/> judges those it knows.
/// </summary>
/// <param name="Comparator"><c>EQ NEQ GT LT GTEQ LTEQ</c>, or as written when it is none of them.</param>
/// <param name="LeftAction"><c>Sum Mean Min Max CountDistinct OneOf AnyOf AllOf</c>, or as written.</param>
public sealed record Constraint(
    string? Id,
    string? Name,
    string? Description,
    IReadOnlyList<string> LeftSource,
    string? LeftAction,
    string Comparator,
    IReadOnlyList<string> RightSource,
    string? RightAction,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Verbatim>? Verbatim = null);
