using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Csv;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord.Csv;

public sealed class CsvMappingTests
{
    private const string Grades = """
        {
          "name": "grades", "delimiter": ";", "decimal": ",", "key": ["Student", "Course"],
          "dates": { "formats": ["dd.MM.yyyy HH:mm", "iso"], "zone": "Europe/Berlin" },
          "statement": {
            "actor": { "name": "{First} {Last}", "account": { "homePage": "https://college.example", "name": "{Student}" } },
            "verb": { "id": { "column": "Status", "values": { "P": "http://adlnet.gov/expapi/verbs/passed", "F": "http://adlnet.gov/expapi/verbs/failed" } } },
            "object": { "id": "https://college.example/courses/{Course}", "definition": { "name": { "en": "{Title}" } } },
            "result": { "score": { "scaled": { "column": "Points", "as": "number", "divideBy": 100 }, "max": 1 }, "duration": { "column": "Time", "as": "duration" } },
            "timestamp": { "column": "Date", "as": "time" }
          }
        }
        """;

    private const string Header = "Student;First;Last;Course;Title;Status;Points;Time;Date\n";

    [Fact]
    public void A_row_becomes_the_statement_that_the_mapping_describes()
    {
        var statement = Assert.Single(Map("4711;Ada;Lovelace;WLD 101/a;Welding;P;83,5;1:30:00;29.03.2026 10:15"));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$$"""
                {"id":"{{{statement.Id}}}",
                 "actor":{"name":"Ada Lovelace","account":{"homePage":"https://college.example","name":"4711"} },
                 "verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},
                 "object":{"id":"https://college.example/courses/WLD%20101%2Fa","definition":{"name":{"en":"Welding"} } },
                 "result":{"score":{"scaled":0.835,"max":1},"duration":"PT1H30M00S"},
                 "timestamp":"2026-03-29T08:15:00.000000Z"}
                """),
            JsonNode.Parse(statement.Json.Span)), Encoding.UTF8.GetString(statement.Json.Span));
    }

    [Fact]
    public void What_is_empty_is_left_out_with_all_that_only_stands_beside_it()
    {
        var statement = JsonElement.Parse(Assert.Single(Map("4711;;Lovelace;W;;F;;;")).Json.Span);
        Assert.Equal(["id", "actor", "verb", "object"], statement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"account":{"homePage":"https://college.example","name":"4711"}}""", statement.GetProperty("actor").GetRawText());
        Assert.Equal("""{"id":"https://college.example/courses/W"}""", statement.GetProperty("object").GetRawText());
    }

    [Fact]
    public void The_id_follows_from_tenant_mapping_and_key_and_from_nothing_else()
    {
        const string row = "4711;Ada;Lovelace;W;Welding;P;80;;", corrected = "4711;Ada;Lovelace;W;Welding;P;90;;";
        var id = Map(row)[0].Id;
        Assert.Equal(id, Map(row)[0].Id);
        Assert.Equal(id, Map(corrected)[0].Id);
        Assert.NotEqual(id, Map(row, tenant: "other")[0].Id);
        Assert.NotEqual(id, Map(row, Grades.Replace("\"grades\"", "\"marks\"", StringComparison.Ordinal))[0].Id);
        string keyless = Grades.Replace("\"key\": [\"Student\", \"Course\"],", "", StringComparison.Ordinal);
        Assert.NotEqual(Map(row, keyless)[0].Id, Map(corrected, keyless)[0].Id);
    }

    [Theory]
    [InlineData("4711;Ada;L;W;T;X;80;;", "csv-value-unknown", "Status")]
    [InlineData("4711;Ada;L;W;T;P;8.5;;", "csv-number-invalid", "Points")]
    [InlineData("4711;Ada;L;W;T;P;8,5;soon;", "csv-duration-invalid", "Time")]
    [InlineData("4711;Ada;L;W;T;P;80;;31.02.2026 10:00", "csv-date-invalid", "Date")]
    [InlineData("4711;Ada;L;W;T;P;80;;29.03.2026 02:30", "csv-date-invalid", "Date")] // clocks were set forward
    [InlineData("4711;Ada;L;W;T;P;800;;", "statement-invalid", "Points")]
    [InlineData("4711;Ada;L;W;T;;80;;", "statement-invalid", "Status")]
    [InlineData(";Ada;L;W;T;P;80;;", "csv-key-empty", "Student")]
    [InlineData("4711;Ada;L;W;T;P;80", "csv-cells-mismatch", null)]
    public void A_row_that_becomes_no_statement_is_refused_with_its_column(string row, string code, string? column)
    {
        var refused = Assert.Single(Map(row));
        Assert.Equal((code, column, 1, 2), (refused.Refusal?.Code, refused.Refusal?.Column, refused.Row, refused.Line));
    }

    [Fact]
    public void The_earlier_of_two_instants_is_taken_where_clocks_were_set_back()
        => Assert.Equal("2026-10-25T00:30:00.000000Z", JsonElement.Parse(Map("1;A;L;W;T;P;8;;25.10.2026 02:30")[0].Json.Span).GetProperty("timestamp").GetString());

    [Theory]
    [InlineData("Student;First\n", "csv-column-missing", "Last")]
    [InlineData("Student;First;First;Last;Course;Title;Status;Points;Time;Date\n", "csv-column-ambiguous", "First")]
    public void A_file_that_the_mapping_is_not_for_is_refused(string header, string code, string column)
    {
        var bound = CsvMapping.Parse(Encoding.UTF8.GetBytes(Grades)).Value!.Bind(Rows(header, ';')[0]);
        Assert.Equal((code, column), (bound.Rejection?.Code, bound.Rejection?.Place));
    }

    [Theory]
    [InlineData("""{"name":"a","name":"b"}""", "csv-mapping-invalid", "Keep one of the two.")]
    [InlineData("""{"name":"a","\ud800":1,"name":"b"}""", "invalid-json", "Send both halves, or the character itself.")]
    [InlineData("""{"name":"\udc00"}""", "invalid-json", "Send both halves, or the character itself.")]
    public void What_is_no_JSON_is_refused_with_what_to_do(string json, string code, string remedy)
    {
        var refused = CsvMapping.Parse(Encoding.UTF8.GetBytes(json)).Rejection;
        Assert.Equal((code, remedy), (refused?.Code, refused?.Remedy));
    }

    [Theory]
    [InlineData("\"name\": \"grades\"", "\"name\": \"\"", "/name")]
    [InlineData("\"decimal\": \",\"", "\"decimal\": \"'\"", "/decimal")]
    [InlineData("\"zone\": \"Europe/Berlin\"", "\"zone\": \"Mars\"", "/dates/zone")]
    [InlineData("\"iso\"", "\"tomorrow\"", "/dates/formats/1")]
    [InlineData("\"as\": \"time\"", "\"as\": \"date\"", "/statement/timestamp/as")]
    [InlineData("\"as\": \"time\"", "\"kind\": \"time\"", "/statement/timestamp/kind")]
    [InlineData("{First} {Last}", "{First} {Last", "/statement/actor/name")]
    [InlineData("\"max\": 1", "\"max\": null", "/statement/result/score/max")]
    public void A_mapping_that_can_not_be_is_refused_with_its_place(string right, string wrong, string place)
    {
        var parsed = CsvMapping.Parse(Encoding.UTF8.GetBytes(Grades.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Equal(("csv-mapping-invalid", place), (parsed.Rejection?.Code, parsed.Rejection?.Place));
    }

    [Fact]
    public void A_header_may_name_the_places_itself()
    {
        var rows = Rows("actor.mbox,verb.id,object.id,result.score.scaled,result.success\nmailto:a@b.example,http://v.example/v,http://o.example/o,0.5,true\n", delimiter: null);
        var mapping = CsvMapping.OfPlaces(rows[0]).Value!;
        var result = JsonElement.Parse(mapping.Bind(rows[0]).Value!.Map("t", rows[1]).Json.Span).GetProperty("result");
        Assert.Equal("""{"score":{"scaled":0.5},"success":true}""", result.GetRawText());
        Assert.Equal("csv-mapping-needed", CsvMapping.OfPlaces(Rows("Name,Mark\n", delimiter: null)[0]).Rejection?.Code);
    }

    [Fact]
    public void A_statement_ends_at_a_size_however_often_a_mapping_repeats_a_cell()
    {
        string repeating = Grades.Replace("{Title}", string.Concat(Enumerable.Repeat("{Title}", 16)), StringComparison.Ordinal);
        Assert.Null(Map($"4711;Ada;L;W;{new string('t', 64_000)};P;80;;", repeating)[0].Refusal);
        var refused = Map($"4711;Ada;L;W;{new string('t', 66_000)};P;80;;", repeating)[0].Refusal!;
        Assert.Equal(("csv-row-too-large", "Title"), (refused.Code, refused.Column));
        // Fewer characters than that, and more bytes.
        Assert.Equal("csv-row-too-large", Map($"4711;Ada;L;W;{new string('ü', 64_000)};P;80;;", repeating)[0].Refusal?.Code);
    }

    private static List<CsvStatement> Map(string row, string mapping = Grades, string tenant = "hutchinson")
    {
        var parsed = CsvMapping.Parse(Encoding.UTF8.GetBytes(mapping));
        var rows = Rows(Header + row + "\n", ';');
        var table = parsed.Value!.Bind(rows[0]).Value!;
        return rows.Skip(1).Select(read => table.Map(tenant, read)).ToList();
    }

    private static List<CsvRow> Rows(string text, char? delimiter) => [.. new CsvParser(delimiter).Read(Encoding.UTF8.GetBytes(text))];
}
