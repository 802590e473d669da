using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Where the document behind a context's address comes from. Never a network while something is signed.</summary>
public interface IContextSource
{
    /// <summary>The whole document, with its <c>@context</c>; null when there is none. It must stay readable for good.</summary>
    JsonElement? Find(string url);
}
