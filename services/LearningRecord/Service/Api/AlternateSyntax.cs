using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Api;

/// <summary>
/// The alternate request syntax of xAPI 1.0.3 (Communication 1.3), for clients that can send no headers: a POST with
/// <c>?method=</c>, whose form holds parameters, headers and the body. It becomes the request that it stands for. 2.0 has
/// removed it; the form's own version field tells which is spoken.
/// </summary>
internal static class AlternateSyntax
{
    private static readonly string[] HeaderFields =
        ["Authorization", XapiProtocol.VersionHeader, "Content-Type", "Content-Length", "If-Match", "If-None-Match", "Accept-Language"];

    /// <returns>Whether the request was such a form, and is another one now.</returns>
    public static async Task<Result<bool>> ApplyAsync(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsPost(request.Method) || request.Query["method"] is not [{ } method] || request.Query.Count != 1) return false;
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true) return false;
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            // This runs before the pipeline that would make a problem document of it.
            return Rejection.Invalid("form-invalid", "The form can't be read: it is malformed or too large.", "Send the form as application/x-www-form-urlencoded, and what is larger by the plain request.");
        }
        string version = form[XapiProtocol.VersionHeader] is [{ } field] ? field : request.Headers[XapiProtocol.VersionHeader].ToString();
        if (XapiVersions.Parse(version) != XapiVersion.V103) return false;

        foreach (string name in HeaderFields)
        {
            if (form.TryGetValue(name, out var value)) request.Headers[name] = value;
        }
        request.Method = method.ToUpperInvariant();
        var parameters = form.Where(pair => pair.Key != "content" && !HeaderFields.Contains(pair.Key, StringComparer.OrdinalIgnoreCase));
        request.QueryString = QueryString.Create(parameters.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value)));
        byte[] body = Encoding.UTF8.GetBytes(form["content"].ToString());
        http.Features.Set<IFormFeature>(null);
        request.Body = new MemoryStream(body);
        request.ContentLength = body.Length;
        request.ContentType = form["Content-Type"] is [{ } type] ? type : "application/json";
        return true;
    }
}
