using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.LocalHost;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.Xapi;

/// <summary>The record store that is measured.</summary>
internal sealed class XapiTarget : IAsyncDisposable
{
    private readonly List<Func<ValueTask>> _stop = [];

    private XapiTarget(Uri statements, AuthenticationHeaderValue credentials)
    {
        Statements = statements.ToString();
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
        Http.DefaultRequestHeaders.Authorization = credentials;
        Http.DefaultRequestHeaders.Add("X-Experience-API-Version", "1.0.3");
    }

    public string Statements { get; }

    public HttpClient Http { get; }

    /// <summary>Whose CPU counts; none for a store that runs elsewhere.</summary>
    public IReadOnlyList<int> Processes { get; private init; } = [];

    public NpgsqlDataSource? Database { get; private init; }

    public static XapiTarget At(string endpoint, string key, string secret)
        => new(new Uri(endpoint.TrimEnd('/') + "/statements"), new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}"))));

    /// <summary>Our own: its process, a database server, and in this process what stands in for Access.</summary>
    public static async Task<XapiTarget> StartAsync(CancellationToken cancellation)
    {
        var server = await PostgresServer.StartAsync();
        var folder = new TemporaryFolder("xapi");
        var database = await server.CreateDatabaseAsync("learning_record");
        const string origin = "http://pathways.bench";
        var issuer = new TestIssuer(origin);
        var access = await AccessAsync(issuer);
        int port = FreePorts.Take(1)[0];
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__Owner"] = database.OwnerConnectionString,
            ["ConnectionStrings__App"] = database.AppConnectionString,
            ["ConnectionStrings__Daemon"] = database.DaemonConnectionString,
            ["Pathways__Service"] = "learning-record",
            ["Pathways__PublicOrigin"] = origin,
            ["Pathways__Secrets"] = folder.Path,
            ["RabbitMq__Uri"] = "amqp://guest:guest@127.0.0.1:9/",
            ["Access__Url"] = access.Urls.First(),
            ["Limits__RequestsPerSecond"] = "1000000",
            ["Limits__Burst"] = "1000000",
            ["Logging__LogLevel__Default"] = "None",
        };
        using (var migration = Service(environment, "migrate"))
        {
            await migration.WaitForExitAsync(cancellation);
            if (migration.ExitCode != 0) throw new InvalidOperationException("The record store's database could not be prepared.");
        }
        var service = Service(environment);
        // As many connections as the limit is measured with.
        var superuser = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString("learning_record")) { MaxPoolSize = 16 });
        var target = new XapiTarget(new Uri($"http://127.0.0.1:{port}/xapi/statements"), new AuthenticationHeaderValue("Bearer", issuer.TokenFor("bench", "all")))
        {
            Processes = [service.Id, await PostmasterAsync(superuser, cancellation)],
            Database = superuser,
        };
        target._stop.AddRange([superuser.DisposeAsync, () => StopAsync(service), access.DisposeAsync, server.DisposeAsync, () => Removed(folder)]);
        await Eventually.TrueAsync(() => AnswersAsync(target), TimeSpan.FromSeconds(60), "the record store answers", cancellation);
        return target;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var stop in _stop) await stop();
    }

    private static async Task<bool> AnswersAsync(XapiTarget target)
    {
        try
        {
            using var response = await target.Http.GetAsync(target.Statements);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Service(Dictionary<string, string?> environment, params string[] arguments)
    {
        string configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        string assembly = Path.Combine(Repository.Root, "services/LearningRecord/Service/bin", configuration, "net10.0/Pathways.LearningRecord.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<WebApplication> AccessAsync(TestIssuer issuer)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/.well-known/jwks.json", async (CancellationToken cancellation) => Results.Json(new
        {
            keys = (await issuer.FetchAsync(cancellation)).Keys.Select(key => new { kty = key.Kty, crv = key.Crv, kid = key.Kid, x = key.X, y = key.Y }),
        }));
        await app.StartAsync();
        return app;
    }

    private static async Task<int> PostmasterAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select pg_backend_pid()");
        int backend = (int)(await command.ExecuteScalarAsync(cancellation))!;
        string stat = await File.ReadAllTextAsync($"/proc/{backend}/stat", cancellation);
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
    }

    private static async ValueTask StopAsync(Process service)
    {
        service.Kill();
        await service.WaitForExitAsync();
        service.Dispose();
    }

    private static ValueTask Removed(TemporaryFolder folder)
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
