using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class BakingTests
{
    /// <summary>One transparent pixel.</summary>
    private static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private static readonly byte[] Drawing = Encoding.UTF8.GetBytes(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\">\n  <circle r=\"5\"/>\n</svg>");

    public static TheoryData<string, BakedKind> Credentials => new()
    {
        { """{"name":"Ünïcödé 😀 ]]> <tag> & \"quotes\""}""", BakedKind.OpenBadge },
        { """{"type":["ClrCredential"]}""", BakedKind.Clr },
        { "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", BakedKind.OpenBadge },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public void What_is_baked_comes_out_again_and_the_last_one_counts(string credential, BakedKind kind)
    {
        var png = BakedPng.Bake(BakedPng.Bake(Pixel, "{\"old\":1}", kind), credential, kind);
        Assert.Equal(new Unbaked(kind, credential), BakedPng.Unbake(png));
        var svg = BakedSvg.Bake(BakedSvg.Bake(Drawing, "{\"old\":1}", kind), credential, kind);
        Assert.Equal(new Unbaked(kind, credential), BakedSvg.Unbake(svg));
    }

    [Fact]
    public void Any_text_survives_a_png()
        => Prop.ForAll<NonNull<string>>(text =>
        {
            var value = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
            return BakedPng.Unbake(BakedPng.Bake(Pixel, value))!.Credential == value;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_image_itself_stays_as_it_was()
    {
        var baked = BakedPng.Bake(Pixel, "{}");
        Assert.Equal(Pixel[..^12], baked[..(Pixel.Length - 12)]);
        Assert.Equal(Pixel[^12..], baked[^12..]);
    }

    [Fact]
    public void An_image_without_a_credential_gives_none()
    {
        Assert.Null(BakedPng.Unbake(Pixel));
        Assert.Null(BakedSvg.Unbake(Drawing));
    }

    [Fact]
    public void Refuses_a_png_that_lies_about_its_length_its_checksum_or_its_end()
    {
        var baked = BakedPng.Bake(Pixel, "{\"a\":1}");
        foreach (var lie in new[] { uint.MaxValue, 0x7fffffffu, 0x80000000u, 1000u })
        {
            var longer = baked.ToArray();
            BinaryPrimitives.WriteUInt32BigEndian(longer.AsSpan(Pixel.Length - 12), lie);
            Refuses(longer);
        }
        var flipped = baked.ToArray();
        flipped[Pixel.Length + 20] ^= 1;
        Refuses(flipped);
        Refuses(baked[..^4]);
        Refuses(baked[..20]);

        static void Refuses(byte[] png)
            => Assert.Equal("invalid png", Assert.Throws<LinkedDataException>(() => BakedPng.Unbake(png)).Code);
    }

    [Theory]
    [InlineData("<!DOCTYPE svg [<!ENTITY a \"x\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>")]
    [InlineData("<html/>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\">")]
    [InlineData("not xml")]
    public void Refuses_an_svg_with_entities_or_that_is_none(string svg)
        => Assert.Equal("invalid svg", Assert.Throws<LinkedDataException>(() => BakedSvg.Unbake(Encoding.UTF8.GetBytes(svg))).Code);
}
