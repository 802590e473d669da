using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>
/// Why somebody reads a learner's record: the legitimate interest that FERPA (34 CFR 99.32(a)(3)) wants recorded. A word of a
/// list, so that nobody's name can be in it. A caller states it as <c>X-Purpose</c> or <c>?purpose=</c>; otherwise it is what the
/// route is for, and the record says that nobody stated it. With <c>Disclosures:StatePurpose</c> stating it is a duty.
/// </summary>
/// <param name="Stated">By the caller.</param>
public sealed record Purpose(string Code, bool Stated)
{
    public const string Header = "X-Purpose";
    public const string Query = "purpose";

    public const string Advising = "advising";
    public const string AuditOrEvaluation = "audit-or-evaluation";
    public const string CredentialService = "credential-service";
    public const string RecordKeeping = "record-keeping";
    public const string TransferEvaluation = "transfer-evaluation";

    public static readonly IReadOnlyList<string> Codes =
    [
        "accreditation", Advising, AuditOrEvaluation, CredentialService, "degree-audit", "enrolment", "financial-aid", "health-or-safety",
        "learner-request", "legal-order", RecordKeeping, "research", "support", TransferEvaluation,
    ];

    /// <param name="usual">What the route is for.</param>
    public static Result<Purpose> Of(HttpContext http, string usual)
    {
        string stated = http.Request.Headers[Header].ToString();
        if (stated.Length == 0) stated = http.Request.Query[Query].ToString();
        if (stated.Length == 0)
        {
            bool must = http.RequestServices.GetRequiredService<IConfiguration>().GetValue<bool>("Disclosures:StatePurpose");
            return must && !http.Caller().Scopes.Contains(Scopes.Service) ? Refusal("purpose-missing", "Say why you read a learner's record.") : new Purpose(usual, Stated: false);
        }
        return Codes.Contains(stated) ? new Purpose(stated, Stated: true) : Refusal("purpose-unknown", "This is no purpose that can be recorded.");
    }

    /// <summary>The route reads <see cref="Of"/>.</summary>
    internal static QueryParameter Parameter { get; } = new(Query, $"Why a learner's record is read, instead of the header {Header}: {string.Join(", ", Codes)}");

    private static Rejection Refusal(string code, string message)
        => Rejection.Invalid(code, message, $"Send {Header} with one of: {string.Join(", ", Codes)}.", Header);
}

public static class PurposeExtensions
{
    /// <summary>For a route that reads its caller's purpose by itself.</summary>
    public static TBuilder ReadsPurpose<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(Purpose.Parameter);
}
