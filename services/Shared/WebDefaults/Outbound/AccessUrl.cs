using Microsoft.Extensions.Configuration;

namespace Pathways.WebDefaults.Outbound;

public static class AccessUrl
{
    /// <summary>An address of Access, by its path without a slash before it.</summary>
    public static Uri AccessAddress(this IConfiguration configuration, string path)
    {
        string url = configuration["Access:Url"] ?? throw new InvalidOperationException("Access:Url is not configured: signing keys and tokens come from there.");
        return new Uri($"{url.TrimEnd('/')}/{path}", UriKind.Absolute);
    }
}
