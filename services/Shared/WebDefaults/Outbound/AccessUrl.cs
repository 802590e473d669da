using Microsoft.Extensions.Configuration;

namespace Pathways.WebDefaults.Outbound;

public static class AccessUrl
{
    /// <summary>An address of Access, by its path without a slash before it.</summary>
    public static Uri AccessAddress(this IConfiguration configuration, string path) => new($"{configuration["Access:Url"]?.TrimEnd('/')}/{path}", UriKind.Absolute);
}
