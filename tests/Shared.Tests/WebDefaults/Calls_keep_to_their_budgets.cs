using System.Net;
using Pathways.WebDefaults.Outbound;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>What others do to us is bounded: by tries, by time, and by leaving them alone.</summary>
public sealed class Calls_keep_to_their_budgets : IDisposable
{
    private static readonly Dependency Access = Dependency.Access;

    private readonly PausingClock _clock = new();
    private readonly Elsewhere _elsewhere = new();
    private readonly DependencyHttp _http;

    public Calls_keep_to_their_budgets() => _http = new DependencyHttp(_elsewhere, _clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _elsewhere.Dispose();

    [Fact]
    public async Task What_passes_is_tried_again_after_growing_pauses()
    {
        _elsewhere.Answers = new([503, null, 429]);

        using var response = await GetAsync(Dependency.Peer("peer"));

        Assert.Equal((HttpStatusCode.OK, 4), (response.StatusCode, _elsewhere.Asked));
        Assert.Equal(3, _clock.Pauses.Count);
        Assert.True(_clock.Pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause) < Dependency.Peer("peer").Total);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(5, 2)]
    [InlineData(7, 1)]
    [InlineData(30, 1)]
    public async Task Who_is_asked_too_much_is_asked_again_when_it_says_and_not_within_a_call_that_has_no_whole_try_left_then(int seconds, int times)
    {
        _elsewhere.Answers = new([429]);
        _elsewhere.RetryAfter = TimeSpan.FromSeconds(seconds);

        using var response = await GetAsync(Access);

        Assert.Equal((times == 1 ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, times), (response.StatusCode, _elsewhere.Asked));
        Assert.Equal(times == 1 ? [] : [TimeSpan.FromSeconds(seconds)], _clock.Pauses);
    }

    [Fact]
    public async Task Those_who_failed_together_do_not_come_back_together()
    {
        _elsewhere.Answers = new(Enumerable.Range(0, 16).Select(i => (int?)(i % 2 == 0 ? 503 : 200)));
        for (int i = 0; i < 8; i++) using (await GetAsync(Dependency.Peer($"peer {i}"))) { }

        Assert.Equal(8, _clock.Pauses.Count);
        Assert.True(_clock.Pauses.Distinct().Count() > 4, string.Join(' ', _clock.Pauses));
    }

    [Fact]
    public async Task No_more_often_than_the_budget_says()
    {
        _elsewhere.Always = 503;

        using var response = await GetAsync(Access);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1 + Access.Retries), (response.StatusCode, _elsewhere.Asked));
    }

    [Theory]
    [InlineData("POST", null, false, 1)]
    [InlineData("PATCH", null, false, 1)]
    [InlineData("POST", "key-1", false, 3)]
    [InlineData("POST", null, true, 3)]
    [InlineData("PUT", null, false, 3)]
    [InlineData("DELETE", null, false, 3)]
    public async Task What_could_have_its_effect_twice_is_tried_once(string method, string? key, bool repeatable, int times)
    {
        _elsewhere.Always = 503;

        using var response = await _http.SendAsync(Access, () =>
        {
            var request = Elsewhere.Request(new HttpMethod(method));
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            return repeatable ? DependencyHttp.Repeatable(request) : request;
        }, Ct);

        Assert.Equal(times, _elsewhere.Asked);
    }

    [Fact]
    public async Task A_try_that_hangs_is_given_up_and_in_the_end_all_of_it()
    {
        _elsewhere.Hangs = true;
        var start = _clock.GetUtcNow();
        var call = GetAsync(Access);
        for (int i = 0; i <= Access.Retries; i++)
        {
            await _elsewhere.IsAskedAsync(Ct);
            Assert.False(call.IsCompleted);
            _clock.Advance(Access.Attempt);
        }

        await Assert.ThrowsAsync<TimeoutRejectedException>(async () => await call.WaitAsync(TimeSpan.FromSeconds(30), Ct));
        Assert.Equal(1 + Access.Retries, _elsewhere.Asked);
        Assert.True(_clock.GetUtcNow() - start >= Access.Total);
    }

    [Fact]
    public async Task Who_keeps_failing_is_left_alone_for_a_while_and_then_tried_once()
    {
        _elsewhere.Always = 500;
        await UntilLeftAloneAsync(Access);
        int asked = _elsewhere.Asked;
        await Assert.ThrowsAsync<BrokenCircuitException>(() => GetAsync(Access));
        Assert.Equal(asked, _elsewhere.Asked);

        // The trial fails: alone again, at once.
        _clock.Advance(Access.Circuit!.Open + TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => GetAsync(Access));
        Assert.Equal(asked + 1, _elsewhere.Asked);

        _elsewhere.Always = 200;
        _clock.Advance(Access.Circuit.Open + TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 3; i++) using (var response = await GetAsync(Access)) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_trial_whose_caller_hangs_up_leaves_the_next_trial_to_come()
    {
        _elsewhere.Always = 500;
        await UntilLeftAloneAsync(Access);
        _elsewhere.Hangs = true;
        _clock.Advance(Access.Circuit!.Open + TimeSpan.FromMilliseconds(1));
        int asked = _elsewhere.Asked;
        await HangUpAsync(Access);

        await Assert.ThrowsAsync<BrokenCircuitException>(() => GetAsync(Access));
        Assert.Equal(asked + 1, _elsewhere.Asked);

        (_elsewhere.Hangs, _elsewhere.Always) = (false, 200);
        _clock.Advance(Access.Circuit.Open + TimeSpan.FromMilliseconds(1));
        using var response = await GetAsync(Access);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Callers_who_hang_up_speak_against_nobody()
    {
        _elsewhere.Hangs = true;
        for (int i = 0; i < 20; i++) await HangUpAsync(Access);
        _elsewhere.Hangs = false;

        using var response = await GetAsync(Access);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Others_are_called_meanwhile()
    {
        _elsewhere.Always = 500;
        await UntilLeftAloneAsync(Access);
        _elsewhere.Always = 200;

        using var response = await GetAsync(Dependency.Peer("learning-record"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(404)]
    [InlineData(401)]
    public async Task Who_answers_no_is_not_left_alone(int status)
    {
        _elsewhere.Always = status;
        for (int i = 0; i < 30; i++) using (var response = await GetAsync(Access)) Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Not_more_dependencies_are_remembered_than_is_wanted()
    {
        var pipelines = new Pipelines<int>(_clock, _ => false);
        for (int i = 0; i <= Dependency.MostPipelines + 10; i++) await pipelines.Of(Dependency.Peer($"peer {i}")).ExecuteAsync(_ => ValueTask.FromResult(0), Ct);

        Assert.Equal(Dependency.MostPipelines, pipelines.Count);
    }

    /// <summary>The table for operators is the truth of the code.</summary>
    [Fact]
    public async Task The_README_has_every_budget_as_it_is()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pathways.sln"))) folder = folder.Parent!;
        string readme = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "services/Shared/WebDefaults/Outbound/README.md"), Ct);

        foreach (var dependency in new[]
        {
            Dependency.Access, Dependency.BrokerManagement, Dependency.Broker, Dependency.BrokerWatch,
            Dependency.Peer("service"), Dependency.RecordStore(Guid.Empty), Dependency.Site("host", new FetchLimits().Time),
        })
        {
            string circuit = dependency.Circuit is { } c ? $"{c.Calls} in {c.Within.TotalSeconds} s, {c.Open.TotalSeconds} s" : "none";
            string row = $"| `{dependency.Name.Split(' ')[0]}` | {dependency.Attempt.TotalSeconds} s | {dependency.Total.TotalSeconds} s | {dependency.Retries} | {circuit} |";
            Assert.Contains(row, readme, StringComparison.Ordinal);
            Assert.True(dependency.Attempt <= dependency.Total && dependency.Total < TimeSpan.FromSeconds(30), $"{dependency.Name}: a request is given up after 30 s.");
        }
    }

    private Task<HttpResponseMessage> GetAsync(Dependency dependency) => _http.SendAsync(dependency, () => Elsewhere.Request(HttpMethod.Get), Ct);

    /// <summary>When it was asked, so that the call is under way.</summary>
    private async Task HangUpAsync(Dependency dependency)
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        _elsewhere.AskedAnew();
        var call = _http.SendAsync(dependency, () => Elsewhere.Request(HttpMethod.Get), caller.Token);
        await _elsewhere.IsAskedAsync(Ct);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call.WaitAsync(TimeSpan.FromSeconds(30), Ct));
    }

    private async Task UntilLeftAloneAsync(Dependency dependency)
    {
        for (int i = 0; i < 20; i++)
        {
            try
            {
                using var response = await GetAsync(dependency);
            }
            catch (BrokenCircuitException)
            {
                return;
            }
        }
        Assert.Fail("It was never left alone.");
    }

    /// <summary>Somebody who answers as the test wants.</summary>
    private sealed class Elsewhere : HttpMessageHandler, IHttpClientFactory
    {
        private readonly SemaphoreSlim _asked = new(0);
        private int _count;

        /// <summary>A status each, or null for a connection that breaks; then <see cref="Always"/>.</summary>
        public Queue<int?> Answers { get; set; } = new();

        public int Always { get; set; } = 200;

        public TimeSpan? RetryAfter { get; set; }

        public bool Hangs { get; set; }

        public int Asked => _count;

        public static HttpRequestMessage Request(HttpMethod method) => new(method, "http://elsewhere.test/");

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        public async Task IsAskedAsync(CancellationToken cancellation) => Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(30), cancellation));

        /// <summary>From here on <see cref="IsAskedAsync"/> waits for what is yet to come.</summary>
        public void AskedAnew()
        {
            while (_asked.Wait(0))
            {
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            _asked.Release();
            if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            int? status = Answers.TryDequeue(out var next) ? next : Always;
            var answer = new HttpResponseMessage((HttpStatusCode)(status ?? throw new HttpRequestException("The connection broke.")));
            if (RetryAfter is { } after) answer.Headers.RetryAfter = new(after);
            return answer;
        }

        protected override void Dispose(bool disposing)
        {
            _asked.Dispose();
            base.Dispose(disposing);
        }
    }
}
