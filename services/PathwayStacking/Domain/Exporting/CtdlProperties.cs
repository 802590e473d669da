using System.Collections.Frozen;

namespace Pathways.PathwayStacking.Domain.Exporting;

/// <summary>The CTDL properties that the model knows, by class: what export writes, and under which other names import finds them.</summary>
internal static class CtdlProperties
{
    /// <summary>Properties whose nodes have their own verbatim members: they are never compared as a whole.</summary>
    public static readonly FrozenSet<string> Structural = FrozenSet.Create(
        "ceterms:hasCondition", "ceterms:hasConstraint", "pathways:hasRule", "pathways:award", "pathways:completedBy", "pathways:useOnce", "pathways:effective");

    public static readonly IReadOnlyList<string[]> OfPathway =
    [
        ["@type"], ["ceterms:ctid"], ["ceterms:name"], ["ceterms:description"], ["ceterms:ownedBy", "offeredBy"], ["ceterms:versionIdentifier", "versionCode"],
        ["ceterms:hasDestinationComponent"], ["pathways:effective"], ["pathways:useOnce"], ["pathways:award"], ["pathways:completedBy"], ["pathways:hasRule"],
    ];

    public static readonly IReadOnlyList<string[]> OfComponent =
    [
        ["@type"], ["ceterms:ctid"], ["ceterms:name"], ["ceterms:description"], ["ceterms:codedNotation"], ["ceterms:proxyFor", "proxyForItems", "sourceData", "sourceItem"],
        ["ceterms:componentCategory"], ["ceterms:credentialType"], ["ceterms:programTerm"], ["ceterms:creditValue"], ["ceterms:hasCondition"], ["ceterms:precedes"],
        ["ceterms:precededBy"], ["ceterms:prerequisite"], ["ceasn:hasChild"], ["asn:hasProgressionLevel"], ["pathways:metBy"],
    ];

    public static readonly IReadOnlyList<string[]> OfCondition =
    [
        ["@type"], ["ceterms:name"], ["ceterms:description"], ["ceterms:requiredNumber", "leftOperand", "operand", "rightOperand"], ["ceterms:logicalOperator", "logicalOperand"],
        ["ceterms:targetComponent"], ["ceterms:hasCondition"], ["ceterms:hasConstraint", "requiredConstraints"],
    ];

    public static readonly IReadOnlyList<string[]> OfConstraint =
    [
        ["@type"], ["ceterms:name"], ["ceterms:description"], ["ceterms:leftSource", "leftOperand"], ["ceterms:leftAction"], ["ceterms:comparator", "operand"],
        ["ceterms:rightSource", "rightOperand"], ["ceterms:rightAction"],
    ];

    public static readonly IReadOnlyList<string[]> OfLevel = [["@type"], ["skos:prefLabel", "name"], ["ceterms:precedes"]];
}
