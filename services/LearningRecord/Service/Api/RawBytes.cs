namespace Pathways.LearningRecord.Api;

/// <summary>An answer that is ready to be sent.</summary>
internal sealed class RawBytes(ReadOnlyMemory<byte> content, string contentType) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = contentType;
        httpContext.Response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method)) await httpContext.Response.Body.WriteAsync(content, httpContext.RequestAborted);
    }
}
