namespace Pathways.TransferRecognition.Domain.Agreements;

/// <summary>What two institutions agree on. Both sign the hash of exactly this.</summary>
/// <param name="SendingInstitution">Tenant whose credentials are recognised.</param>
/// <param name="ReceivingInstitution">Tenant that grants the credit.</param>
/// <param name="EffectiveUntil">Exclusive; open when null.</param>
/// <param name="Clauses">In order of priority: the first that covers a credential and is met decides.</param>
public sealed record AgreementTerms(
    string Title,
    string SendingInstitution,
    string ReceivingInstitution,
    DateTimeOffset EffectiveFrom,
    DateTimeOffset? EffectiveUntil,
    IReadOnlyList<Clause> Clauses)
{
    public bool IsInForce(DateTimeOffset at) => EffectiveFrom <= at && !(EffectiveUntil <= at);
}

/// <summary>One thing that is recognised, under what conditions, and as what.</summary>
/// <param name="Covers">Achievement IRIs, CTIDs or coded notations; any of them names what is covered.</param>
/// <param name="MinScaledScore">-1 to 1, on the sender's scale. A credential without a score does not reach it.</param>
/// <param name="MaxAgeDays">How long ago the credential may have been issued.</param>
/// <param name="Award">The credit, as an amount or by conversion: exactly one of the two.</param>
/// <param name="Level">Level at the receiving institution.</param>
/// <param name="CountsAs">The receiving institution's courses or components, by IRI, CTID or code.</param>
/// <param name="Source">Where the clause comes from, when it was imported.</param>
/// <param name="Note">The sender's or recommender's own words; kept, never interpreted.</param>
public sealed record Clause(
    string Id,
    string Title,
    IReadOnlyList<string> Covers,
    ClauseAward Award,
    IReadOnlyList<string> CountsAs,
    decimal? MinScaledScore = null,
    int? MaxAgeDays = null,
    string? Level = null,
    ClauseSource? Source = null,
    string? Note = null);

/// <param name="Amount">Fixed: this much, whatever the credential says.</param>
/// <param name="Unit">Unit of what is granted.</param>
/// <param name="Conversion">Computed from the credential's own credit.</param>
/// <param name="MaxAmount">Cap on what a conversion grants.</param>
public sealed record ClauseAward(string Unit, decimal? Amount = null, UnitConversion? Conversion = null, decimal? MaxAmount = null);

/// <summary>Exact: amount × numerator / denominator, then rounded as agreed. 0.67 is not 2/3.</summary>
/// <param name="FromUnit">The credential has to state this very unit.</param>
/// <param name="Basis">What the ratio rests on: <c>year-load</c>, <c>hours</c>, or words of the parties.</param>
public sealed record UnitConversion(string FromUnit, long Numerator, long Denominator, string Basis, Rounding Rounding);

/// <param name="Mode"><c>down</c>, <c>up</c>, <c>half-up</c> or <c>half-even</c>.</param>
/// <param name="Quantum">The step, such as 0.5.</param>
public sealed record Rounding(string Mode, decimal Quantum);

/// <param name="Ctid">The registry's id of the TransferValueProfile.</param>
/// <param name="Sha256">Of the document as it was imported, hex.</param>
public sealed record ClauseSource(string? Ctid, string Sha256);
