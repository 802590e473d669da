using System.Net;
using System.Text;
using System.Text.Json;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class ImportingStatements(RecordService record)
{
    private const string Each = "/learning-record/imports/statements";
    private const string Csv = "/learning-record/imports/csv";

    private const string Mapping = """
        { "name": "grades", "key": ["Student"],
          "statement": {
            "actor": { "mbox": "mailto:{Student}@college.example" },
            "verb": { "id": "http://adlnet.gov/expapi/verbs/passed" },
            "object": { "id": "https://college.example/courses/welding" },
            "result": { "score": { "scaled": { "column": "Points", "as": "number" } } } } }
        """;

    private readonly Lrs _lrs = record.NewTenant();

    [Fact]
    public async Task Each_is_stored_there_already_or_refused_by_itself()
    {
        var (there, other, fresh) = (Make.Statement(), Make.Statement(), Make.Statement());
        await _lrs.StoreAsync(there, other);
        var changed = other.DeepClone().AsObject().With("verb", new System.Text.Json.Nodes.JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/failed" });
        var twice = fresh.DeepClone().AsObject();
        var answer = await _lrs.Http.PostTextAsync(Each, $"[{there},{fresh},{changed},{{\"id\":1}},{twice}]");
        Assert.Equal((1, 2, 2), Counts(answer));
        Assert.Equal(
            ["0 already ", "2 refused statement-id-conflict /id", "3 refused statement-invalid /actor", "4 already "],
            answer.Json.GetProperty("outcomes").EnumerateArray().Select(outcome =>
                $"{outcome.GetProperty("index")} {outcome.GetProperty("result").GetString()} {Text(outcome, "code")} {Text(outcome, "place")}".Replace("  ", " ", StringComparison.Ordinal)));
        Assert.Equal(3, (await _lrs.IdsAsync("")).Count);

        Assert.Equal((0, 3, 2), Counts(await _lrs.Http.PostTextAsync(Each, $"[{there},{fresh},{changed},{{\"id\":1}},{twice}]")));
    }

    [Fact]
    public async Task Eight_who_import_the_same_at_once_store_it_once()
    {
        var statements = Enumerable.Range(0, 40).Select(_ => Make.Statement().ToJsonString()).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _lrs.Http.PostTextAsync(Each, $"[{string.Join(',', statements)}]")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(40, answers.Sum(answer => Counts(answer).Stored));
        Assert.Equal(40, (await _lrs.IdsAsync("?limit=100")).Count);
    }

    [Fact]
    public async Task A_csv_file_is_stored_row_by_row_and_again_without_doubling()
    {
        using var define = _lrs.Client("define");
        var set = await define.SendAsync(HttpMethod.Put, "/learning-record/csv-mappings/grades", Json(Mapping));
        Assert.Equal(HttpStatusCode.OK, set.Status);
        const string file = "Student;Points\r\nada;0.9\r\nbob;seven\r\n\"eve\";0.7\r\n";
        var answer = await ImportAsync(file);
        Assert.Equal((2, 0, 1), Counts(answer));
        var refusal = answer.Json.GetProperty("refusals")[0];
        Assert.Equal("2 3 Points csv-number-invalid", $"{refusal.GetProperty("row")} {refusal.GetProperty("line")} {Text(refusal, "column")} {Text(refusal, "code")}");

        Assert.Equal((1, 2, 0), Counts(await ImportAsync(file.Replace("seven", "0.7", StringComparison.Ordinal))));
        Assert.Equal((0, 2, 1), Counts(await ImportAsync(file.Replace("seven", "0.8", StringComparison.Ordinal))));
        Assert.Equal(3, (await _lrs.IdsAsync("")).Count);
    }

    [Fact]
    public async Task A_byte_order_mark_is_passed_over_before_a_list_a_mapping_and_a_file()
    {
        Assert.Equal((1, 0, 0), Counts(await _lrs.Http.PostTextAsync(Each, $"\uFEFF[{Make.Statement()}]")));
        using var define = _lrs.Client("define");
        await define.SendAsync(HttpMethod.Put, "/learning-record/csv-mappings/grades", Json("\uFEFF" + Mapping));
        Assert.Equal(Encoding.UTF8.GetBytes(Mapping), await define.GetByteArrayAsync("/learning-record/csv-mappings/grades"));
        Assert.Equal((1, 0, 0), Counts(await ImportAsync("\uFEFFStudent;Points\nada;0.9\n")));
    }

    [Fact]
    public async Task A_file_of_more_rows_than_a_lot_is_stored_whole()
    {
        using var define = _lrs.Client("define");
        await define.SendAsync(HttpMethod.Put, "/learning-record/csv-mappings/grades", Json(Mapping));
        string file = "Student;Points\n" + string.Concat(Enumerable.Range(1, 501).Select(row => row == 250 ? "eve;seven\n" : $"s{row};0.9\n")) + "s1;0.9\n";
        Assert.Equal((500, 1, 1), Counts(await ImportAsync(file)));
    }

    [Fact]
    public async Task What_can_not_be_imported_at_all_is_refused_with_what_to_do()
    {
        using var define = _lrs.Client("define");
        Assert.Equal("csv-mapping-unknown", (await ImportAsync("Student;Points\n")).ProblemCode);
        Assert.Equal("csv-mapping-invalid", (await define.SendAsync(HttpMethod.Put, "/learning-record/csv-mappings/marks", Json(Mapping))).ProblemCode);
        await define.SendAsync(HttpMethod.Put, "/learning-record/csv-mappings/grades", Json(Mapping));
        Assert.Equal("csv-column-missing", (await ImportAsync("Student;Mark\nada;1\n")).ProblemCode);
        Assert.Equal("csv-rows-too-many", (await ImportAsync("Student;Points\n" + string.Concat(Enumerable.Repeat("ada;1\n", 10_001)))).ProblemCode);
        Assert.Equal("csv-empty", (await ImportAsync("")).ProblemCode);
        Assert.Equal("batch-too-large", (await _lrs.Http.PostTextAsync(Each, $"[{string.Join(',', Enumerable.Repeat("1", 1001))}]")).ProblemCode);
        using var reader = _lrs.Client("statements/read");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostTextAsync(Each, "[]")).Status);
        Assert.Empty(await _lrs.IdsAsync(""));
    }

    private Task<Answer> ImportAsync(string file)
        => _lrs.Http.SendAsync(HttpMethod.Post, Csv + "?mapping=grades", new StringContent(file, Encoding.UTF8, "text/csv"));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static (int Stored, int Already, int Refused) Counts(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return (answer.Json.GetProperty("stored").GetInt32(), answer.Json.GetProperty("already").GetInt32(), answer.Json.GetProperty("refused").GetInt32());
    }

    private static string? Text(JsonElement value, string name) => value.TryGetProperty(name, out var text) ? text.GetString() : null;
}
