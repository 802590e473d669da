using System.Text;
using System.Text.Json;

namespace Pathways.LearningRecord.Attachments;

/// <summary>Statements as the first part, and the content of their attachments (xAPI 2.0, section 4.1.3).</summary>
internal sealed class MultipartAnswer(ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, byte[]> contents, IReadOnlyDictionary<string, string> types) : IResult
{
    public static Dictionary<string, string> TypesOf(IEnumerable<byte[]> statements)
    {
        var types = new Dictionary<string, string>();
        foreach (byte[] statement in statements)
        {
            using var document = JsonDocument.Parse(statement);
            foreach (var attachment in AttachmentRules.Of(document.RootElement))
                types[attachment.GetProperty("sha2").GetString()!.ToLowerInvariant()] = attachment.GetProperty("contentType").GetString()!;
        }
        return types;
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        string boundary = Guid.NewGuid().ToString("N");
        httpContext.Response.ContentType = $"multipart/mixed; boundary={boundary}";
        if (HttpMethods.IsHead(httpContext.Request.Method)) return;
        var body = httpContext.Response.Body;
        await WriteAsync($"--{boundary}\r\nContent-Type: application/json\r\n\r\n");
        await body.WriteAsync(json, httpContext.RequestAborted);
        foreach (var (sha2, content) in contents)
        {
            string type = OneLine(types.GetValueOrDefault(sha2, "application/octet-stream"));
            await WriteAsync($"\r\n--{boundary}\r\nContent-Type: {type}\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n");
            await body.WriteAsync(content, httpContext.RequestAborted);
        }
        await WriteAsync($"\r\n--{boundary}--\r\n");

        ValueTask WriteAsync(string text) => body.WriteAsync(Encoding.UTF8.GetBytes(text), httpContext.RequestAborted);
    }

    // The type comes from a statement: a line break in it must not become a header of ours.
    private static string OneLine(string type) => new([.. type.Where(c => c is >= ' ' and <= '~')]);
}
