using System.Text;
using System.Text.Encodings.Web;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Images;

/// <summary>An achievement's picture, and its media type.</summary>
public sealed record BadgeImage(string MediaType, byte[] Bytes)
{
    public const string Png = "image/png";
    public const string Svg = "image/svg+xml";
}

/// <summary>What a badge looks like: what its institution sent, or a medal with its name. Credentials are baked into it.</summary>
public static class BadgeImages
{
    private static readonly byte[] Medal = ReadMedal();

    /// <summary>As it is shown.</summary>
    public static BadgeImage Of(AchievementDefinition definition) => Sent(definition) ?? new BadgeImage(BadgeImage.Svg, Drawn(definition.Name, Medal));

    /// <summary>A picture that a credential can be baked into as PNG.</summary>
    public static byte[] AsPng(AchievementDefinition definition)
        => Sent(definition) is { MediaType: BadgeImage.Png } sent ? sent.Bytes : Medal;

    public static byte[] AsSvg(AchievementDefinition definition) => Sent(definition) switch
    {
        { MediaType: BadgeImage.Svg } sent => sent.Bytes,
        { } png => Drawn(definition.Name, png.Bytes),
        null => Drawn(definition.Name, Medal),
    };

    /// <summary>What is wrong with the picture that was sent; null when nothing is.</summary>
    public static string? Flaw(AchievementDefinition definition)
    {
        try
        {
            if (Sent(definition) is { } image)
                _ = image.MediaType == BadgeImage.Png ? BakedPng.Bake(image.Bytes, "{}") : BakedSvg.Bake(image.Bytes, "{}");
            return null;
        }
        catch (FormatException)
        {
            return "It is not base64.";
        }
        catch (LinkedDataException problem)
        {
            return problem.Message;
        }
    }

    private static BadgeImage? Sent(AchievementDefinition definition)
    {
        if (definition.Image is not { } url) return null;
        string mediaType = url["data:".Length..url.IndexOf(';')];
        return new BadgeImage(mediaType, Convert.FromBase64String(url[(url.IndexOf(',') + 1)..]));
    }

    private static byte[] Drawn(string name, byte[] png) => Encoding.UTF8.GetBytes(
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 370" role="img" aria-label="{HtmlEncoder.Default.Encode(name)}">
        <image width="320" height="320" href="data:image/png;base64,{Convert.ToBase64String(png)}"/>
        <text x="160" y="350" text-anchor="middle" font-family="sans-serif" font-size="18" fill="#1f3d6b">{HtmlEncoder.Default.Encode(Shortened(name))}</text>
        </svg>
        """);

    private static string Shortened(string name)
    {
        const int Fits = 34;
        return name.Length <= Fits ? name : name[..(Fits - 1)].TrimEnd() + "…";
    }

    private static byte[] ReadMedal()
    {
        using var stream = typeof(BadgeImages).Assembly.GetManifestResourceStream("medal.png")
            ?? throw new InvalidOperationException("The resource medal.png is missing.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
