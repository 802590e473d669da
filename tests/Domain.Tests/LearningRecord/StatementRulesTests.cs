using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class StatementRulesTests
{
    private const string Agent = """{"mbox":"mailto:a@example.edu"}""";
    private const string Person = """{"objectType":"Agent","mbox":"mailto:a@example.edu"}""";
    private const string Group = """{"objectType":"Group","member":[{"mbox":"mailto:a@example.edu"}]}""";
    private const string Sub = """{"objectType":"SubStatement","actor":{"mbox":"mailto:a@example.edu"},"verb":{"id":"urn:v"},"object":{"id":"urn:o"}}""";
    private const string Ref = """{"objectType":"StatementRef","id":"fd41c918-b88b-4b20-a0a5-a4c32391aaa1"}""";

    [Fact]
    public void Accepts_a_complete_statement_in_both_versions()
    {
        Assert.Null(StatementRules.Check(Sample.Json(Sample.Passed), XapiVersion.V200));
        Assert.Null(StatementRules.Check(Sample.Json(Sample.Passed), XapiVersion.V103));
    }

    [Theory]
    // actors
    [InlineData("/actor", """{"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}""")]
    [InlineData("/actor", """{"openid":"https://maria.example.org/"}""")]
    [InlineData("/actor", """{"account":{"homePage":"https://lms.example.edu","name":""}}""")]
    [InlineData("/actor", Group)]
    [InlineData("/actor", """{"objectType":"Group","mbox":"mailto:team@example.edu"}""")]
    [InlineData("/actor", """{"objectType":"Group","mbox":"mailto:team@example.edu","member":[]}""")]
    // objects
    [InlineData("/object", """{"id":"urn:example:activity"}""")]
    [InlineData("/object/definition", "{}")]
    [InlineData("/object/definition/extensions", """{"urn:x":null,"urn:y":{},"urn:z":""}""")]
    [InlineData("/object/definition", """{"interactionType":"choice","choices":[{"id":"a","description":{"en-US":"A"}},{"id":"b"}],"correctResponsesPattern":["a"]}""")]
    [InlineData("/object/definition", """{"interactionType":"matching","source":[{"id":"a"}],"target":[{"id":"a"}]}""")]
    // results
    [InlineData("/result", "{}")]
    [InlineData("/result/score", """{"scaled":-1}""")]
    [InlineData("/result/score", """{"scaled":1.0,"raw":12.125}""")]
    [InlineData("/result/duration", "\"P3Y1M29DT4H35M59.14S\"")]
    [InlineData("/result/duration", "\"P4W\"")]
    [InlineData("/result/duration", "\"PT16559.14S\"")]
    [InlineData("/result/duration", "\"P1DT12H36M0.12567S\"")]
    // contexts
    [InlineData("/context/language", "\"sr-Latn-RS\"")]
    [InlineData("/context/language", "\"tlh\"")]
    [InlineData("/context/language", "\"de-CH-1901-x-private\"")]
    [InlineData("/context/statement", Ref)]
    [InlineData("/context/team", Group)]
    [InlineData("/context/instructor", Group)]
    [InlineData("/context/extensions", "{}")]
    [InlineData("/context/contextActivities", """{"other":[{"id":"urn:a"},{"id":"urn:b"}],"category":{"id":"urn:c"}}""")]
    // timestamps
    [InlineData("/timestamp", "\"2008-09-15T15:53:00.601+00:00\"")]
    [InlineData("/timestamp", "\"2008-09-15T15:53:00.601-05\"")]
    [InlineData("/timestamp", "\"20080915T155300Z\"")]
    [InlineData("/timestamp", "\"2016-12-31T23:59:60Z\"")]
    // the rest
    [InlineData("/stored", "\"2008-09-15T15:53:00Z\"")]
    [InlineData("/version", "\"1.0.9\"")]
    [InlineData("/authority", Agent)]
    [InlineData("/authority", """{"objectType":"Group","member":[{"mbox":"mailto:a@example.edu"},{"account":{"homePage":"https://x.example","name":"app"}}]}""")]
    [InlineData("/attachments", """[{"usageType":"urn:u","display":{"en":"d"},"contentType":"text/plain; charset=ascii","length":27,"sha2":"495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a","fileUrl":"https://x.example/f"}]""")]
    public void Accepts(string pointer, string json)
        => Assert.Null(StatementRules.Check(Sample.Json(Sample.With(pointer, json)), XapiVersion.V200));

    [Theory]
    // the statement itself
    [InlineData("/id", "\"AA97B177-9383-4934-8543-0F91A7A028368\"", "/id")]
    [InlineData("/id", "\"fd41c918-b88b-4b20-c0a5-a4c32391aaa0\"", "/id")]
    [InlineData("/id", "12345", "/id")]
    [InlineData("/Actor", Agent, "/Actor")]
    [InlineData("/extra", "1", "/extra")]
    [InlineData("/actor", "null", "/actor")]
    [InlineData("/result", "null", "/result")]
    [InlineData("/context", "\"text\"", "/context")]
    [InlineData("/version", "\"0.9.9\"", "/version")]
    [InlineData("/version", "\"1.1.0\"", "/version")]
    [InlineData("/version", "2", "/version")]
    [InlineData("/stored", "\"yesterday\"", "/stored")]
    // actors
    [InlineData("/actor", "{}", "/actor")]
    [InlineData("/actor/objectType", "\"agent\"", "/actor/objectType")]
    [InlineData("/actor/openid", "\"https://maria.example.org\"", "/actor")]
    [InlineData("/actor/mbox", "\"maria@example.edu\"", "/actor/mbox")]
    [InlineData("/actor/mbox", "\"mailto:should.fail.com\"", "/actor/mbox")]
    [InlineData("/actor/name", "12", "/actor/name")]
    [InlineData("/actor", """{"mbox_sha1sum":"xyz"}""", "/actor/mbox_sha1sum")]
    [InlineData("/actor", """{"openid":"open.id.example"}""", "/actor/openid")]
    [InlineData("/actor", """{"account":{"name":"x"}}""", "/actor/account/homePage")]
    [InlineData("/actor", """{"account":{"homePage":"https://x.example"}}""", "/actor/account/name")]
    [InlineData("/actor", """{"account":{"homePage":"x.example","name":"x"}}""", "/actor/account/homePage")]
    [InlineData("/actor", """{"account":{"homePage":"https://x.example","name":"x","id":1}}""", "/actor/account/id")]
    [InlineData("/actor", """{"objectType":"Group"}""", "/actor/member")]
    [InlineData("/actor", """{"objectType":"Group","member":[]}""", "/actor/member")]
    [InlineData("/actor", """{"objectType":"Group","member":{}}""", "/actor/member")]
    [InlineData("/actor", """{"objectType":"Group","member":[{"objectType":"Group","mbox":"mailto:a@b"}]}""", "/actor/member/0/objectType")]
    [InlineData("/actor", """{"objectType":"Group","mbox":"mailto:a@b","openid":"urn:x"}""", "/actor")]
    [InlineData("/authority", """{"objectType":"Group","member":[{"mbox":"mailto:a@b"}]}""", "/authority/member")]
    [InlineData("/authority", """{"objectType":"Group","mbox":"mailto:a@b","member":[{"mbox":"mailto:a@b"},{"mbox":"mailto:c@d"}]}""", "/authority")]
    // verbs
    [InlineData("/verb", "{}", "/verb/id")]
    [InlineData("/verb/id", "\"passed\"", "/verb/id")]
    [InlineData("/verb/display", """{"a12345678":"x"}""", "/verb/display/a12345678")]
    [InlineData("/verb/display", """{"en":1}""", "/verb/display/en")]
    [InlineData("/verb/id", "\"http://adlnet.gov/expapi/verbs/voided\"", "/object")]
    // objects
    [InlineData("/object/id", "\"example.edu/x\"", "/object/id")]
    [InlineData("/object/id", "\"https://example.edu/a b\"", "/object/id")]
    [InlineData("/object/objectType", "\"activity\"", "/object/objectType")]
    [InlineData("/object/definition/moreInfo", "\"x\"", "/object/definition/moreInfo")]
    [InlineData("/object/definition/type", "\"ab=c://should.fail.com\"", "/object/definition/type")]
    [InlineData("/object/definition/name", "\"Welding\"", "/object/definition/name")]
    [InlineData("/object/definition/extensions", """{"location":1}""", "/object/definition/extensions/location")]
    [InlineData("/object/definition/interactionType", "\"choiCe\"", "/object/definition/interactionType")]
    [InlineData("/object/definition/choices", """[{"id":"a"}]""", "/object/definition/interactionType")]
    [InlineData("/object/definition", """{"interactionType":"choice","scale":[{"id":"a"}]}""", "/object/definition/scale")]
    [InlineData("/object/definition", """{"interactionType":"choice","choices":[{"id":"a"},{"id":"a"}]}""", "/object/definition/choices/1/id")]
    [InlineData("/object/definition", """{"interactionType":"choice","choices":[{"description":{"en":"x"}}]}""", "/object/definition/choices/0/id")]
    [InlineData("/object/definition", """{"interactionType":"choice","correctResponsesPattern":[1]}""", "/object/definition/correctResponsesPattern/0")]
    [InlineData("/object", """{"objectType":"StatementRef"}""", "/object/id")]
    [InlineData("/object", """{"objectType":"StatementRef","id":"x"}""", "/object/id")]
    [InlineData("/object/mbox", "\"mailto:a@b\"", "/object/mbox")]
    // results
    [InlineData("/result/score/scaled", "1.01", "/result/score/scaled")]
    [InlineData("/result/score/scaled", "-1.01", "/result/score/scaled")]
    [InlineData("/result/score/scaled", "\"0.5\"", "/result/score/scaled")]
    [InlineData("/result/score/raw", "101", "/result/score/raw")]
    [InlineData("/result/score/raw", "-1", "/result/score/raw")]
    [InlineData("/result/score/min", "100", "/result/score/min")]
    [InlineData("/result/score", "{\"grade\":1}", "/result/score/grade")]
    [InlineData("/result/success", "\"true\"", "/result/success")]
    [InlineData("/result/response", "1", "/result/response")]
    [InlineData("/result/duration", "\"P4W1D\"", "/result/duration")]
    [InlineData("/result/duration", "\"PT\"", "/result/duration")]
    [InlineData("/result/duration", "\"P1H\"", "/result/duration")]
    [InlineData("/result/duration", "\"PT1.5H3M\"", "/result/duration")]
    [InlineData("/result/duration", "\"P0001-01-01T00:00:00\"", "/result/duration")]
    // contexts
    [InlineData("/context/registration", "\"x\"", "/context/registration")]
    [InlineData("/context/language", "\"a\"", "/context/language")]
    [InlineData("/context/language", "\"en-\"", "/context/language")]
    [InlineData("/context/team", Agent, "/context/team/objectType")]
    [InlineData("/context/statement", Sub, "/context/statement/objectType")]
    [InlineData("/context/contextActivities", """{"sibling":{"id":"urn:a"}}""", "/context/contextActivities/sibling")]
    [InlineData("/context/contextActivities", """{"parent":[{"id":"a"}]}""", "/context/contextActivities/parent/0/id")]
    [InlineData("/context/contextActivities", "\"x\"", "/context/contextActivities")]
    [InlineData("/context/extensions", """{"x":1}""", "/context/extensions/x")]
    // timestamps
    [InlineData("/timestamp", "\"2008-09-15T15:53:00.601-00\"", "/timestamp")]
    [InlineData("/timestamp", "\"2008-09-15T15:53:00.601-0000\"", "/timestamp")]
    [InlineData("/timestamp", "\"2008-09-15T15:53:00.601-00:00\"", "/timestamp")]
    [InlineData("/timestamp", "\"2008-09-15\"", "/timestamp")]
    [InlineData("/timestamp", "\"2008-02-30T00:00:00Z\"", "/timestamp")]
    [InlineData("/timestamp", "\"01/011/2015\"", "/timestamp")]
    // attachments
    [InlineData("/attachments", "{}", "/attachments")]
    [InlineData("/attachments", """[{"display":{"en":"d"},"contentType":"a/b","length":1,"sha2":"00"}]""", "/attachments/0/sha2")]
    [InlineData("/attachments", """[{"usageType":"urn:u","display":{"en":"d"},"contentType":"a/b","length":-1}]""", "/attachments/0/length")]
    [InlineData("/attachments", """[{"usageType":"urn:u","display":{"en":"d"},"contentType":"a/b","length":1}]""", "/attachments/0/sha2")]
    [InlineData("/attachments", """[{"usageType":"u"}]""", "/attachments/0/usageType")]
    public void Refuses_and_names_the_place(string pointer, string json, string place)
    {
        var breach = StatementRules.Check(Sample.Json(Sample.With(pointer, json)), XapiVersion.V200);

        Assert.NotNull(breach);
        Assert.Equal("statement-invalid", breach.Code);
        Assert.Equal(place, breach.Place);
        Assert.NotNull(breach.Remedy);
    }

    [Theory]
    [InlineData("/actor")]
    [InlineData("/verb")]
    [InlineData("/object")]
    [InlineData("/verb/id")]
    [InlineData("/object/id")]
    public void Refuses_a_statement_without(string pointer)
        => Assert.Equal(pointer, StatementRules.Check(Sample.Json(Sample.Without(pointer)), XapiVersion.V200)?.Place);

    [Theory]
    [InlineData("id", "\"fd41c918-b88b-4b20-a0a5-a4c32391aaa0\"")]
    [InlineData("stored", "\"2008-09-15T15:53:00Z\"")]
    [InlineData("version", "\"2.0.0\"")]
    [InlineData("authority", Agent)]
    public void Refuses_in_a_sub_statement(string member, string json)
    {
        string sub = Sub.Insert(1, $"\"{member}\":{json},");
        var statement = Sample.Json(Sample.With("/object", sub).Replace("\"platform\":\"LMS\",", ""));
        Assert.Equal($"/object/{member}", StatementRules.Check(statement, XapiVersion.V200)?.Place);
    }

    [Fact]
    public void Refuses_a_sub_statement_within_a_sub_statement()
    {
        string nested = Sub.Replace("""{"id":"urn:o"}""", Sub);
        var statement = Sample.Json(Sample.With("/object", nested).Replace("\"platform\":\"LMS\",", ""));
        Assert.Equal("/object/object", StatementRules.Check(statement, XapiVersion.V200)?.Place);
    }

    [Theory]
    [InlineData(Person)]
    [InlineData(Group)]
    [InlineData(Ref)]
    [InlineData(Sub)]
    public void Accepts_as_an_object(string json)
        => Assert.Null(StatementRules.Check(Sample.Json(Sample.With("/object", json).Replace("\"platform\":\"LMS\",", "")), XapiVersion.V200));

    [Theory]
    [InlineData(Person)]
    [InlineData(Group)]
    [InlineData(Ref)]
    [InlineData(Sub)]
    public void Refuses_a_platform_where_the_object_is_no_activity(string json)
        => Assert.Equal("/context/platform", StatementRules.Check(Sample.Json(Sample.With("/object", json)), XapiVersion.V200)?.Place);

    [Theory]
    [InlineData("/context/contextAgents", """[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b"},"relevantTypes":["urn:t"]}]""")]
    [InlineData("/context/contextGroups", """[{"objectType":"contextGroup","group":{"objectType":"Group","mbox":"mailto:a@b"}}]""")]
    public void Knows_context_agents_and_groups_from_2_0_on(string pointer, string json)
    {
        var statement = Sample.Json(Sample.With(pointer, json));
        Assert.Null(StatementRules.Check(statement, XapiVersion.V200));
        Assert.Equal(pointer, StatementRules.Check(statement, XapiVersion.V103)?.Place);
    }

    [Theory]
    [InlineData("/context/contextAgents", """[{"objectType":"Should fail","agent":{"mbox":"mailto:a@b"}}]""", "/context/contextAgents/0/objectType")]
    [InlineData("/context/contextAgents", """[{"objectType":"contextAgent","agent":{"key":"x"}}]""", "/context/contextAgents/0/agent/key")]
    [InlineData("/context/contextAgents", """[{"objectType":"contextAgent"}]""", "/context/contextAgents/0/agent")]
    [InlineData("/context/contextAgents", """[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b"},"relevantTypes":[]}]""", "/context/contextAgents/0/relevantTypes")]
    [InlineData("/context/contextAgents", """[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b"},"relevantTypes":["abc"]}]""", "/context/contextAgents/0/relevantTypes/0")]
    [InlineData("/context/contextGroups", """[{"objectType":"contextGroup","group":{"mbox":"mailto:a@b"}}]""", "/context/contextGroups/0/group/objectType")]
    public void Refuses_malformed_context_agents_and_groups(string pointer, string json, string place)
        => Assert.Equal(place, StatementRules.Check(Sample.Json(Sample.With(pointer, json)), XapiVersion.V200)?.Place);

    [Fact]
    public void Refuses_a_2_0_statement_where_1_0_3_is_spoken()
        => Assert.Equal("/version", StatementRules.Check(Sample.Json(Sample.With("/version", "\"2.0.0\"")), XapiVersion.V103)?.Place);
}
