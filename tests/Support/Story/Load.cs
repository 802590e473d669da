using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace Pathways.Tests.Support.Story;

/// <summary>
/// Callers who send one course result after the other, each about a learner of its own, and write down what they were told.
/// Nothing is asked twice, so that what was acknowledged can be told from what was not.
/// </summary>
public sealed class Load : IAsyncDisposable
{
    /// <summary>Of every learner that the load tells of: it must be nowhere but in the statements.</summary>
    public const string LearnerName = "Loadwick Fairweather";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan RestAfter = TimeSpan.FromMilliseconds(300);

    /// <summary>A token lasts ten minutes, some cases longer.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(4);

    private readonly History _history;
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly RunningSystem _system;
    private string _token;
    private long _tokenSince = Stopwatch.GetTimestamp();
    private Task _calling = Task.CompletedTask;

    private Load(RunningSystem system, History history, string token)
    {
        (_system, _history, _token) = (system, history, token);
        _http = new HttpClient { BaseAddress = system.Origin, Timeout = Patience };
    }

    /// <param name="name">Tells the learners of this load from those of another one.</param>
    public static async Task<Load> StartAsync(RunningSystem system, History history, string name, int callers, CancellationToken cancellation)
    {
        var token = await DoorClient.TokenAsync(system, WeldingStory.College, "statements/write", cancellation);
        var load = new Load(system, history, token);
        load._calling = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => load.CallAsync($"{name}-{caller}")));
        return load;
    }

    /// <summary>Until nobody waits for an answer any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _calling;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task CallAsync(string caller)
    {
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            await RenewAsync();
            var statement = Guid.CreateVersion7();
            var since = Stopwatch.GetTimestamp();
            var (outcome, answer, saysWhenToRetry) = await SendAsync(statement, $"{caller}-{i}");
            _history.Add(new Attempt(statement, caller, outcome, answer, Stopwatch.GetElapsedTime(since), saysWhenToRetry));
            // The rest is cut short by the stop, which is no fault.
            await Task.Delay(RestAfter, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task RenewAsync()
    {
        if (Stopwatch.GetElapsedTime(_tokenSince) < RenewAfter) return;
        try
        {
            _token = await DoorClient.TokenAsync(_system, WeldingStory.College, "statements/write", _stop.Token);
            _tokenSince = Stopwatch.GetTimestamp();
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
        {
            // What is broken at the moment may be just that: the old one is good for a while, and the next call tries again.
            return;
        }
    }

    private async Task<(Outcome Outcome, string Answer, bool SaysWhenToRetry)> SendAsync(Guid statement, string learner)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "xapi/statements") { Content = DoorClient.Json(Result(statement, learner)) };
        request.Headers.Authorization = new("Bearer", _token);
        request.Headers.Add("X-Experience-API-Version", "2.0.0");
        try
        {
            // Not cut short by the stop: whoever asks waits for the answer.
            using var response = await _http.SendAsync(request, CancellationToken.None);
            return (OutcomeOf(response.StatusCode), $"{(int)response.StatusCode}", response.Headers.RetryAfter is not null);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
        {
            return (Outcome.Unknown, fault.GetType().Name, false);
        }
    }

    /// <summary>An error of the server's may have come after the commit.</summary>
    private static Outcome OutcomeOf(HttpStatusCode status) => status switch
    {
        < HttpStatusCode.BadRequest => Outcome.Ok,
        < HttpStatusCode.InternalServerError => Outcome.Refused,
        _ => Outcome.Unknown,
    };

    /// <summary>A passed course at the college, for which a credential is due.</summary>
    public static JsonObject Result(Guid statement, string learner) => new()
    {
        ["id"] = statement.ToString(),
        ["actor"] = Named(WeldingStory.Actor(WeldingStory.College, learner)),
        ["verb"] = new JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/passed" },
        ["object"] = new JsonObject
        {
            ["id"] = "https://hutchinson.example/activities/we104",
            ["definition"] = new JsonObject { ["type"] = "http://adlnet.gov/expapi/activities/course" },
        },
        ["result"] = new JsonObject { ["success"] = true, ["completion"] = true, ["score"] = new JsonObject { ["scaled"] = 0.91m } },
        ["timestamp"] = "2026-01-10T09:00:00Z",
    };

    private static JsonObject Named(JsonObject actor)
    {
        actor["name"] = LearnerName;
        return actor;
    }
}
