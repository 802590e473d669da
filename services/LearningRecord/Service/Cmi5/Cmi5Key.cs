using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Pathways.LearningRecord.Cmi5;

/// <summary>What a unit proves with that it belongs to a session: first to fetch its token, and then as this token. Only the secret's hash is stored.</summary>
internal sealed record Cmi5Key(string Tenant, Guid Registration, Guid Session, string Secret)
{
    private const string Prefix = "cmi5";
    private const int LongestKey = 400;

    public string SecretHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));

    public static Cmi5Key New(string tenant, Guid registration, Guid session)
        => new(tenant, registration, session, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    /// <summary>As the parameter of Basic credentials (RFC 7617), in which units send it.</summary>
    public string ToBasic() => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Secret}"));

    public string ToUrlPart() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{User}:{Secret}"));

    /// <returns>Null of credentials that are no session's.</returns>
    public static Cmi5Key? OfBasic(string parameter)
    {
        byte[] decoded = new byte[LongestKey];
        return parameter.Length <= LongestKey && Convert.TryFromBase64String(parameter, decoded, out int length) ? Parse(decoded.AsSpan(0, length)) : null;
    }

    public static Cmi5Key? OfUrlPart(string part)
        => part.Length <= LongestKey && Base64Url.IsValid(part) ? Parse(Base64Url.DecodeFromChars(part)) : null;

    private string User => $"{Prefix}.{Tenant}.{Registration:N}.{Session:N}";

    private static Cmi5Key? Parse(ReadOnlySpan<byte> text)
    {
        string[] parts = Encoding.UTF8.GetString(text).Split('.', ':');
        return parts is [Prefix, var tenant, var registration, var session, var secret]
            && Guid.TryParseExact(registration, "N", out var registered) && Guid.TryParseExact(session, "N", out var launched)
            && tenant.Length > 0 && tenant.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? new Cmi5Key(tenant, registered, launched, secret)
            : null;
    }
}

/// <summary>The session that a request is of.</summary>
internal sealed record Cmi5Caller(Guid Registration, Guid Session)
{
    public const string RegistrationClaim = "cmi5_registration";
    public const string SessionClaim = "cmi5_session";

    public static Cmi5Caller? Of(ClaimsPrincipal user)
        => user.FindFirstValue(SessionClaim) is { } session ? new Cmi5Caller(Guid.Parse(user.FindFirstValue(RegistrationClaim)!), Guid.Parse(session)) : null;
}
