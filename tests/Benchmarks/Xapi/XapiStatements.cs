using System.Text;

namespace Pathways.Benchmarks.Xapi;

/// <summary>Statements of about 1.1 kB, as an LMS sends them: 200 learners, 100 activities, a registration for each learner.</summary>
internal static class XapiStatements
{
    private const string Json = "application/json";

    // Far from the numbers that the measured posts use: nothing is stored twice.
    private const int FirstFilled = 100_000_000;

    public static byte[] One(int n) => Encoding.UTF8.GetBytes(Text(n));

    public static HttpRequestMessage Post(XapiTarget target, int n, int size)
        => new(HttpMethod.Post, target.Statements) { Content = Content(size == 1 ? Text(n) : $"[{string.Join(',', Enumerable.Range(0, size).Select(i => Text((n * size) + i)))}]") };

    public static HttpRequestMessage Fill(XapiTarget target, int batch) => Post(target, FirstFilled / 50 + batch, 50);

    public static HttpRequestMessage Get(XapiTarget target, string query) => new(HttpMethod.Get, target.Statements + query);

    /// <summary>The filters, each with what it asks for in its n-th request.</summary>
    public static IEnumerable<(string Name, Func<int, string> Query)> Reads()
    {
        static string Agent(int n) => "agent=" + Uri.EscapeDataString($$"""{"mbox":"mailto:learner{{n % 200}}@example.edu"}""");
        static string Activity(int n) => "activity=" + Uri.EscapeDataString(ActivityId(n));
        static string Verb(int n) => "verb=" + Uri.EscapeDataString(VerbId(n));
        yield return ("get by id", n => $"?statementId={Id(FirstFilled + (n % 1000))}");
        yield return ("get page without filter", _ => "?limit=50");
        yield return ("get page by verb", n => $"?limit=50&{Verb(n)}");
        yield return ("get page by agent", n => $"?limit=50&{Agent(n)}");
        yield return ("get page by activity", n => $"?limit=50&{Activity(n)}");
        yield return ("get page by related activity", n => $"?limit=50&related_activities=true&activity={Uri.EscapeDataString($"https://lms.example.edu/courses/{n % 10}")}");
        yield return ("get page by registration", n => $"?limit=50&registration={Registration(n)}");
        yield return ("get page by agent and verb", n => $"?limit=50&{Agent(n)}&{Verb(n)}");
        yield return ("get page since", _ => "?limit=50&ascending=true&since=2020-01-01T00:00:00Z");
    }

    private static Guid Id(int n) => new(n, 0x1234, 0x4567, 0x89, 0xab, 1, 2, 3, 4, 5, 6);

    private static string Registration(int n) => new Guid(n % 200, 0x4321, 0x4567, 0x89, 0xab, 1, 2, 3, 4, 5, 6).ToString();

    private static string ActivityId(int n) => $"https://lms.example.edu/courses/{n % 10}/units/{n % 100}";

    private static string VerbId(int n) => "http://adlnet.gov/expapi/verbs/" + (n % 4) switch { 0 => "experienced", 1 => "answered", 2 => "attempted", _ => "interacted" };

    private static StringContent Content(string json) => new(json, Encoding.UTF8, Json);

    private static string Text(int n) => $$$"""
        {"id":"{{{Id(n)}}}","actor":{"objectType":"Agent","name":"Learner {{{n % 200}}}","mbox":"mailto:learner{{{n % 200}}}@example.edu"},
        "verb":{"id":"{{{VerbId(n)}}}","display":{"en-US":"did","de-DE":"tat"}},
        "object":{"objectType":"Activity","id":"{{{ActivityId(n)}}}","definition":{"name":{"en-US":"Unit {{{n % 100}}} of welding and cutting"},
        "description":{"en-US":"What a welder has to know of gas, electricity and metal."},"type":"http://adlnet.gov/expapi/activities/module"}},
        "result":{"score":{"scaled":0.{{{(n % 90) + 10}}},"raw":{{{(n % 90) + 10}}},"min":0,"max":100},"success":true,"completion":true,"duration":"PT{{{n % 59}}}M{{{n % 57}}}S"},
        "context":{"registration":"{{{Registration(n)}}}","platform":"Example LMS","language":"en-US","contextActivities":{
        "parent":[{"objectType":"Activity","id":"https://lms.example.edu/courses/{{{n % 10}}}"}],
        "grouping":[{"objectType":"Activity","id":"https://lms.example.edu/programmes/welding"}]}},"timestamp":"2026-03-01T10:{{{n % 60:00}}}:{{{n % 60:00}}}.000Z"}
        """;
}
