using System.Net;
using System.Text;
using Pathways.WebDefaults.Outbound;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>A stranger's document cannot send us where it wants.</summary>
public sealed class OutboundTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public static TheoryData<string> Inside =>
    [
        "http://university.example/", "ftp://university.example/", "file:///etc/passwd", "gopher://university.example/", "data:text/plain,x",
        "https://university.example:8443/", "https://university.example:22/", "https://user:secret@university.example/",
        "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://intranet/", "https://printer.local/", "https://db.internal/",
        "https://a.localhost/", "https://1.0.0.127.in-addr.arpa/",
        "https://127.0.0.1/", "https://127.1/", "https://127.0.0.2/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://0/",
        "https://0.0.0.0/", "https://10.1.2.3/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/", "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/", "https://192.0.0.192/", "https://198.18.0.1/", "https://224.0.0.1/", "https://255.255.255.255/",
        "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[fe80::1]/", "https://[fc00::1]/",
        "https://[fd00:ec2::254]/", "https://[ff02::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001:db8::1]/",
        "https://127\u30020\u30020\u30021/", "//university.example/", "https://",
    ];

    [Theory]
    [MemberData(nameof(Inside))]
    public async Task Nothing_inside_is_called_however_it_is_written(string url)
    {
        var site = new Site();
        using var fetch = new GuardedFetch(site, new FetchLimits(), TimeProvider.System);

        var fetched = await fetch.GetAsync(url, "*/*", _cancellation);

        Assert.Null(fetched.Body);
        Assert.NotNull(fetched.Refusal);
        Assert.Empty(site.Asked);
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    public void What_is_public_may_be_called(string address) => Assert.Null(OutboundPolicy.Refusal(IPAddress.Parse(address)));

    [Fact]
    public async Task A_redirect_is_judged_like_an_address_and_not_followed_for_ever()
    {
        var site = new Site { Redirect = { ["https://a.example/"] = "https://169.254.169.254/", ["https://port.example/"] = "https://port.example:22/", ["https://b.example/"] = "/there", ["https://loop.example/"] = "https://loop.example/" } };
        using var fetch = new GuardedFetch(site, new FetchLimits(), TimeProvider.System);

        Assert.Contains("port 22", (await fetch.GetAsync("https://port.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.Contains("another host", (await fetch.GetAsync("https://a.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.Equal("here", Encoding.UTF8.GetString((await fetch.GetAsync("https://b.example/", "*/*", _cancellation)).Body!.Value.Span));
        Assert.Contains("redirects", (await fetch.GetAsync("https://loop.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.DoesNotContain(site.Asked, url => url.Contains("169", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_too_long_or_never_ends_is_given_up()
    {
        using var small = new GuardedFetch(new Site(), new FetchLimits(Bytes: 3), TimeProvider.System);
        using var hasty = new GuardedFetch(new Site { Silent = true }, new FetchLimits { Time = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);

        Assert.Contains("larger than", (await small.GetAsync("https://a.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.Contains("no answer within", (await hasty.GetAsync("https://a.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_that_fails_is_asked_once_more_and_one_that_says_no_is_not()
    {
        var clock = new PausingClock();
        var site = new Site { Fails = 1 };
        using var fetch = new GuardedFetch(site, new FetchLimits(), clock);

        Assert.NotNull((await fetch.GetAsync("https://a.example/", "*/*", _cancellation)).Body);
        Assert.Equal((2, 1), (site.Asked.Count, clock.Pauses.Count));

        site.Status = HttpStatusCode.NotFound;
        Assert.Contains("404", (await fetch.GetAsync("https://a.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.Equal(3, site.Asked.Count);
    }

    [Fact]
    public async Task A_site_that_cannot_be_connected_to_is_left_alone_for_a_while_and_no_other_is()
    {
        var clock = new PausingClock();
        var site = new Site { Fails = int.MaxValue, Fault = new HttpRequestException(HttpRequestError.ConnectionError) };
        using var fetch = new GuardedFetch(site, new FetchLimits(), clock);
        for (int i = 0; i < 5; i++) await fetch.GetAsync("https://a.example/", "*/*", _cancellation);
        int asked = site.Asked.Count;

        Assert.Contains("left alone", (await fetch.GetAsync("https://a.example/other", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.Equal(asked, site.Asked.Count);

        site.Fails = 0;
        Assert.NotNull((await fetch.GetAsync("https://b.example/", "*/*", _cancellation)).Body);
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.NotNull((await fetch.GetAsync("https://a.example/", "*/*", _cancellation)).Body);
    }

    /// <summary>Strangers choose the path: with one that fails they could shut a host for everybody.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_a_site_answers_it_is_asked_again(bool answers)
    {
        var site = new Site { Status = HttpStatusCode.InternalServerError, Fails = answers ? 0 : int.MaxValue, Fault = new HttpRequestException(HttpRequestError.ResponseEnded) };
        using var fetch = new GuardedFetch(site, new FetchLimits(), new PausingClock());
        for (int i = 0; i < 20; i++) await fetch.GetAsync("https://a.example/fails", "*/*", _cancellation);
        Assert.Equal(40, site.Asked.Count);

        (site.Status, site.Fails) = (HttpStatusCode.OK, 0);
        Assert.NotNull((await fetch.GetAsync("https://a.example/", "*/*", _cancellation)).Body);
    }

    [Fact]
    public async Task A_site_that_lets_nobody_connect_in_time_cannot_be_reached()
    {
        var clock = new PausingClock();
        var site = new Site { Connects = () => new CancellationTokenSource(GuardedTransport.ConnectTimeout, clock) };
        using var fetch = new GuardedFetch(site, new FetchLimits(), clock);

        var call = fetch.GetAsync("https://a.example/", "*/*", _cancellation);
        for (int i = 0; i < 2; i++)
        {
            await site.IsAskedAsync(_cancellation);
            Assert.False(call.IsCompleted);
            clock.Advance(GuardedTransport.ConnectTimeout);
        }

        Assert.Contains("cannot be reached", (await call.WaitAsync(TimeSpan.FromSeconds(30), _cancellation)).Refusal!, StringComparison.Ordinal);
        Assert.Equal(2, site.Asked.Count);
    }

    /// <summary>The second try of each is cut off by the time for both.</summary>
    [Fact]
    public async Task A_site_that_hangs_is_left_alone_though_it_has_answered_before()
    {
        var clock = new PausingClock();
        var site = new Site();
        using var fetch = new GuardedFetch(site, new FetchLimits(), clock);
        for (int i = 0; i < 2; i++)
        {
            Assert.NotNull((await fetch.GetAsync("https://a.example/", "*/*", _cancellation)).Body);
            await site.IsAskedAsync(_cancellation);
        }
        site.Silent = true;
        var budget = Dependency.Site("a.example", new FetchLimits().Time);
        for (int i = 0; i < 4; i++)
        {
            var call = fetch.GetAsync("https://a.example/", "*/*", _cancellation);
            await site.IsAskedAsync(_cancellation);
            clock.Advance(budget.Attempt);
            await site.IsAskedAsync(_cancellation);
            clock.Advance(budget.Total - budget.Attempt);
            Assert.Contains("no answer within", (await call.WaitAsync(TimeSpan.FromSeconds(30), _cancellation)).Refusal!, StringComparison.Ordinal);
        }

        var fetched = await fetch.GetAsync("https://a.example/", "*/*", _cancellation).WaitAsync(TimeSpan.FromSeconds(30), _cancellation);
        Assert.Contains("left alone", fetched.Refusal!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("93.184.216.34", "10.0.0.7")]
    [InlineData("::ffff:169.254.169.254")]
    public async Task A_name_of_which_any_answer_leads_inside_is_not_connected_to(params string[] answers)
    {
        using var fetch = new GuardedFetch(
            GuardedTransport.Create((_, _) => Task.FromResult<IPAddress[]>([.. answers.Select(IPAddress.Parse)])), new FetchLimits(), TimeProvider.System);

        Assert.Contains("not a public address", (await fetch.GetAsync("https://university.example/", "*/*", _cancellation)).Refusal!, StringComparison.Ordinal);
    }

    private sealed class Site : HttpMessageHandler
    {
        private readonly SemaphoreSlim _asked = new(0);

        public List<string> Asked { get; } = [];

        public Dictionary<string, string> Redirect { get; } = [];

        public bool Silent { get; set; }

        /// <summary>What ends when no connection is made in time; none ever is.</summary>
        public Func<CancellationTokenSource>? Connects { get; init; }

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        /// <summary>So many connections break first.</summary>
        public int Fails { get; set; }

        public Exception Fault { get; init; } = new HttpRequestException("The connection broke.");

        public async Task IsAskedAsync(CancellationToken cancellation) => Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(30), cancellation));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string url = request.RequestUri!.ToString();
            using var unconnected = Connects?.Invoke();
            Asked.Add(url);
            _asked.Release();
            if (unconnected is not null) await UnconnectedAsync(unconnected.Token, cancellationToken);
            if (Silent) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            if (Fails-- > 0) throw Fault;
            return Redirect.TryGetValue(url, out var to)
                ? new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri(to, UriKind.RelativeOrAbsolute) } }
                : new HttpResponseMessage(Status) { Content = new StringContent("here") };
        }

        protected override void Dispose(bool disposing)
        {
            _asked.Dispose();
            base.Dispose(disposing);
        }

        /// <summary>Ends as the handler's own time for a connection does.</summary>
        private static async Task UnconnectedAsync(CancellationToken unconnected, CancellationToken cancellation)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(unconnected, cancellation);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TaskCanceledException("No connection was made in time.", new TimeoutException());
            }
        }
    }
}
