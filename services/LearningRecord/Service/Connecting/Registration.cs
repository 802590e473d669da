using Pathways.WebDefaults.Outbound;

namespace Pathways.LearningRecord.Connecting;

internal static class Registration
{
    public static void AddStoreConnections(this IServiceCollection services)
    {
        services.AddSingleton<ConnectionTable>();
        services.AddSingleton<ConnectionWork>();
        services.AddSingleton<StatementLog>();
        services.AddSingleton<PeerStore>();
        services.AddSingleton<Forwarding>();
        services.AddSingleton<Fetching>();
        services.AddHostedService<ConnectionsService>();
        services.AddHttpClient(PeerStore.PublicClient, Unlimited).ConfigurePrimaryHttpMessageHandler(() => GuardedTransport.Create());
        services.AddHttpClient(PeerStore.PrivateClient, Unlimited).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(3),
        });
    }

    /// <summary>Time is bounded by the pipeline, attempt by attempt.</summary>
    private static void Unlimited(HttpClient http) => http.Timeout = Timeout.InfiniteTimeSpan;
}
