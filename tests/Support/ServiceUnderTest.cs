using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pathways.WebDefaults;

namespace Pathways.Tests.Support;

/// <summary>
/// A service in this process, hosted as its Program hosts it: real HTTP on a free port, a migrated database of its own,
/// tokens signed by a key of the test. <c>await using</c> it.
/// </summary>
public sealed class ServiceUnderTest : IAsyncDisposable
{
    public const string PublicOrigin = "https://pathways.test";

    private static int _count;

    private readonly WebApplication _app;
    private readonly TemporaryFolder _secrets;

    private readonly bool _ownsSecrets;

    private ServiceUnderTest(WebApplication app, TestIssuer issuer, Database database, TemporaryFolder secrets, bool ownsSecrets)
        => (_app, Issuer, Database, _secrets, _ownsSecrets) = (app, issuer, database, secrets, ownsSecrets);

    public TestIssuer Issuer { get; }

    public Database Database { get; }

    /// <summary>Its directory for keys.</summary>
    public string Secrets => _secrets.Path;

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>On the test assembly's PostgreSQL server.</summary>
    public static async Task<ServiceUnderTest> StartAsync(
        TestServers servers,
        ServiceDefinition definition,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null,
        bool ownKeys = false)
        => await StartAsync(await servers.PostgresAsync(), definition, settings, services, ownKeys);

    /// <param name="settings">Configuration beyond the usual, such as <c>RabbitMq:Uri</c> or <c>Pathways:Peers:learning-record</c>.</param>
    /// <param name="services">Replaces what the test wants otherwise, such as the clock.</param>
    /// <param name="ownKeys">The service has its own signing keys (Access): tokens of <see cref="TokenFor"/> are then not valid.</param>
    public static async Task<ServiceUnderTest> StartAsync(
        PostgresServer postgres,
        ServiceDefinition definition,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null,
        bool ownKeys = false)
    {
        var issuer = new TestIssuer(PublicOrigin);
        var secrets = new TemporaryFolder("secrets");
        string name = string.Create(CultureInfo.InvariantCulture, $"{definition.Name.Replace('-', '_')}_{Interlocked.Increment(ref _count)}");
        return await StartAsync(await postgres.CreateDatabaseAsync(name), issuer, secrets, definition, settings, services, ownKeys, ownsSecrets: true);
    }

    /// <summary>A further process of this service, perhaps of another build: its own definition on the same database.</summary>
    public Task<ServiceUnderTest> StartBesideAsync(
        ServiceDefinition definition, IReadOnlyDictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        // The first process may have ended, and taken its folder along.
        Directory.CreateDirectory(_secrets.Path);
        return StartAsync(Database, Issuer, _secrets, definition, settings, services, ownKeys: false, ownsSecrets: false);
    }

    private static async Task<ServiceUnderTest> StartAsync(
        Database database,
        TestIssuer issuer,
        TemporaryFolder secrets,
        ServiceDefinition definition,
        IReadOnlyDictionary<string, string?>? settings,
        Action<IServiceCollection>? services,
        bool ownKeys,
        bool ownsSecrets)
    {
        var configuration = new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["ConnectionStrings:Owner"] = database.OwnerConnectionString,
            ["ConnectionStrings:App"] = database.AppConnectionString,
            ["ConnectionStrings:Daemon"] = database.DaemonConnectionString,
            ["Pathways:Service"] = definition.Name,
            ["Pathways:PublicOrigin"] = PublicOrigin,
            ["Pathways:Secrets"] = secrets.Path,
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>()) configuration[key] = value;

        var app = ServiceHost.Build(
            [.. configuration.Where(setting => setting.Value is not null).Select(setting => $"--{setting.Key}={setting.Value}")],
            Prepared(definition, ownKeys ? null : issuer, services));
        await Migration.RunAsync(app);
        await app.StartAsync();
        return new ServiceUnderTest(app, issuer, database, secrets, ownsSecrets);
    }

    public string TokenFor(string tenant, params string[] scopes) => Issuer.TokenFor(tenant, scopes);

    /// <summary>Sends the token of <see cref="TokenFor"/>; without scopes none at all.</summary>
    public HttpClient Client(string tenant = "*", params string[] scopes)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (scopes.Length > 0) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenFor(tenant, scopes));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsSecrets) _secrets.Dispose();
    }

    private static ServiceDefinition Prepared(ServiceDefinition definition, TestIssuer? issuer, Action<IServiceCollection>? replace)
        => new(definition.Name, definition.EventTypes)
        {
            Routes = definition.Routes,
            Schema = definition.Schema,
            Services = services =>
            {
                definition.Services(services);
                if (issuer is not null) services.Replace(ServiceDescriptor.Singleton<ISigningKeySource>(issuer));
                replace?.Invoke(services);
            },
        };
}
