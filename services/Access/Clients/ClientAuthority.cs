using System.Text.Json;
using System.Text.Json.Serialization;
using Pathways.Kernel;

namespace Pathways.Access.Clients;

/// <summary>The agent that a client's statements are signed by: xAPI's authority (2.0, section 4.2.4.2). It has exactly one identifier.</summary>
public sealed record ClientAuthority(string? Name = null, string? Mbox = null, string? Openid = null, ClientAccount? Account = null)
{
    private const int Longest = 500;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public Rejection? Reject()
    {
        string?[] texts = [Name, Mbox, Openid, Account?.HomePage, Account?.Name];
        int identifiers = (Mbox is null ? 0 : 1) + (Openid is null ? 0 : 1) + (Account is null ? 0 : 1);
        bool holds = identifiers == 1
            && texts.All(text => text is null or { Length: > 0 and <= Longest } && text?.Any(char.IsControl) != true)
            && (Mbox is null || (Mbox.StartsWith("mailto:", StringComparison.Ordinal) && Mbox.IndexOf('@', StringComparison.Ordinal) is > 7 and var at && at < Mbox.Length - 1))
            && IsAbsolute(Openid) && IsAbsolute(Account?.HomePage);
        return holds
            ? null
            : Rejection.Invalid("authority-invalid", "An authority has exactly one of mbox (a mailto IRI), openid and account (homePage, an IRI, and name).", "Give exactly one of them.", "/authority");
    }

    /// <summary>As an xAPI agent.</summary>
    public string ToAgent()
    {
        var agent = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        agent.Insert(0, "objectType", "Agent");
        return agent.ToJsonString(Json);
    }

    private static bool IsAbsolute(string? iri) => iri is null || (Uri.TryCreate(iri, UriKind.Absolute, out _) && iri.IndexOfAny([' ', '<', '>', '"', '{', '}', '|', '\\', '^', '`']) < 0);
}

public sealed record ClientAccount(string HomePage, string Name);
