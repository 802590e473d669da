using System.Net.Http.Headers;
using System.Text;

namespace Pathways.Access.Tokens;

/// <summary>A token request as it was sent (RFC 6749, 4.4.2), with the client's credentials from the header or the form (2.3.1).</summary>
public sealed record TokenRequest(string ClientId, string Secret, string? Scope, string? Tenant, string? Actor)
{
    public static (TokenRequest? Request, OAuthError? Error) Read(IFormCollection form, string? authorization)
    {
        if (form.FirstOrDefault(field => field.Value.Count > 1) is { Key: { } repeated })
            return (null, OAuthError.InvalidRequest($"The parameter '{repeated}' is given more than once.", "Give it once."));
        if (form["grant_type"].ToString() is not "client_credentials" and var grant)
        {
            return (null, grant.Length == 0
                ? OAuthError.InvalidRequest("The parameter 'grant_type' is missing.", "Send grant_type=client_credentials.")
                : OAuthError.UnsupportedGrantType("Only 'client_credentials' is supported.", "Send grant_type=client_credentials."));
        }
        bool inForm = form.ContainsKey("client_secret");
        if (inForm && !string.IsNullOrEmpty(authorization)) return (null, OAuthError.InvalidRequest("The client's credentials are given twice.", "Send them once: in the header or in the form."));
        var credentials = inForm ? (form["client_id"].ToString(), form["client_secret"].ToString()) : Basic(authorization);
        if (credentials is not ({ Length: > 0 } clientId, { Length: > 0 } secret)) return (null, OAuthError.InvalidClient);
        return (new TokenRequest(clientId, secret, Text("scope"), Text("tenant"), Text("actor")), null);

        string? Text(string name) => form[name].ToString() is { Length: > 0 } text ? text : null;
    }

    private static (string, string)? Basic(string? authorization)
    {
        if (!AuthenticationHeaderValue.TryParse(authorization, out var header) || header is not { Scheme: var scheme, Parameter: { } encoded }) return null;
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return null;
        byte[] buffer = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, buffer, out int length)) return null;
        string[] parts = Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2);
        // RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
        return parts is [var id, var secret] ? (Decode(id), Decode(secret)) : null;
    }

    private static string Decode(string part) => Uri.UnescapeDataString(part.Replace('+', ' '));
}
