using System.Text;
using Pathways.LearningRecord.Domain.Cmi5;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord.Cmi5;

public sealed class CourseStructureTests
{
    private const string Xml = """
        <?xml version="1.0" encoding="utf-8"?>
        <courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd" xmlns:x="https://vendor.example/x">
          <course id=" https://publisher.example/welding ">
            <title><langstring lang="en-US"> Welding </langstring><langstring lang="de">Schweißen</langstring></title>
            <description><langstring lang="en-US">All of it</langstring></description>
            <x:price>3</x:price>
          </course>
          <block id="https://publisher.example/safety">
            <title><langstring>Safety</langstring></title><description><langstring>First</langstring></description>
            <au id="https://publisher.example/gas" moveOn="CompletedAndPassed" masteryScore="0.85" launchMethod="OwnWindow" activityType="http://adlnet.gov/expapi/activities/module">
              <title><langstring>Gas</langstring></title><description><langstring>Gas</langstring></description>
              <url>gas/index.html?a=1</url><launchParameters>level=1</launchParameters><entitlementKey>xyz</entitlementKey>
            </au>
          </block>
          <au id="https://publisher.example/intro">
            <title><langstring>Intro</langstring></title><description><langstring>Intro</langstring></description><url>https://cdn.example/intro.html</url>
          </au>
        </courseStructure>
        """;

    private static readonly Uri Base = new("https://content.example/welding/");

    [Fact]
    public void A_structure_is_read_with_its_defaults_and_without_the_space_around_values()
    {
        var course = CourseStructure.Read(Encoding.UTF8.GetBytes(Xml), Base).Value!;
        Assert.Equal(("https://publisher.example/welding", "Welding", "Schweißen"), (course.Id, course.Title["en-US"], course.Title["de"]));
        Assert.Equal("https://publisher.example/safety", Assert.Single(course.Blocks).Id);
        var gas = course.Find("https://publisher.example/gas")!;
        Assert.Equal(
            ("https://content.example/welding/gas/index.html?a=1", "CompletedAndPassed", 0.85m, "OwnWindow", "level=1", "xyz", "https://publisher.example/safety"),
            (gas.Url, gas.MoveOn, gas.MasteryScore, gas.LaunchMethod, gas.LaunchParameters, gas.EntitlementKey, Assert.Single(gas.Within)));
        var intro = course.Find("https://publisher.example/intro")!;
        Assert.Equal(("NotApplicable", (decimal?)null, "AnyWindow", 0), (intro.MoveOn, intro.MasteryScore, intro.LaunchMethod, intro.Within.Length));
    }

    [Theory]
    [InlineData("CourseStructure.xsd\" xmlns:x", "Other.xsd\" xmlns:x", "line 2")]
    [InlineData("moveOn=\"CompletedAndPassed\"", "moveOn=\"Whenever\"", "line 10")]
    [InlineData("masteryScore=\"0.85\"", "masteryScore=\"85\"", "line 10")]
    [InlineData("https://publisher.example/intro\"", "https://publisher.example/gas\"", "line 15")]
    [InlineData("https://cdn.example/intro.html", "javascript:alert(1)", "line 15")]
    [InlineData("https://cdn.example/intro.html", "file:///etc/passwd", "line 15")]
    [InlineData("<course id=\" https://publisher.example/welding \">", "<course>", "line 3")]
    [InlineData("<title><langstring>Intro</langstring></title>", "", "line 15")]
    [InlineData("</courseStructure>", "", "line 18")]
    public void A_structure_that_breaks_a_rule_is_refused_with_its_line(string right, string wrong, string place)
    {
        var refused = CourseStructure.Read(Encoding.UTF8.GetBytes(Xml.Replace(right, wrong, StringComparison.Ordinal)), Base);
        Assert.Equal(("cmi5-structure-invalid", place), (refused.Rejection?.Code, refused.Rejection?.Place));
    }

    [Fact]
    public void A_relative_url_needs_to_be_told_where_the_files_are()
        => Assert.Equal("cmi5-url-relative", CourseStructure.Read(Encoding.UTF8.GetBytes(Xml), baseAddress: null).Rejection?.Code);

    [Theory]
    [InlineData("<!DOCTYPE c [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>")]
    [InlineData("<!DOCTYPE c SYSTEM \"file:///etc/passwd\">")]
    public void A_document_type_is_refused(string type)
        => Assert.Equal("cmi5-structure-invalid", CourseStructure.Read(Encoding.UTF8.GetBytes(Xml.Replace("<courseStructure ", type + "<courseStructure ", StringComparison.Ordinal)), Base).Rejection?.Code);

    [Fact]
    public void What_is_too_deep_or_too_much_is_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("<x>", 100_000));
        Assert.Contains("deep", CourseStructure.Read(Encoding.UTF8.GetBytes(deep), Base).Rejection?.Message, StringComparison.Ordinal);
        Assert.Contains("bytes", CourseStructure.Read(new byte[CourseStructure.LargestFile + 1], Base).Rejection?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_course_may_have_more_than_a_thousand_units()
    {
        string unit = Xml[Xml.IndexOf("<au id=\"https://publisher.example/intro\"", StringComparison.Ordinal)..Xml.IndexOf("</courseStructure>", StringComparison.Ordinal)];
        string units = string.Concat(Enumerable.Range(0, 1500).Select(i => unit.Replace("publisher.example/intro", $"publisher.example/unit-{i}", StringComparison.Ordinal)));
        Assert.Equal(1502, CourseStructure.Read(Encoding.UTF8.GetBytes(Xml.Replace("</courseStructure>", units + "</courseStructure>", StringComparison.Ordinal)), Base).Value!.Units.Length);
    }
}
