using Microsoft.Extensions.DependencyInjection.Extensions;
using Pathways.Access.Api;
using Pathways.Access.Clients;
using Pathways.Access.FeedUsers;
using Pathways.Access.Keys;
using Pathways.Access.Tenants;
using Pathways.Access.Tokens;
using Pathways.Messaging.Feed;
using Pathways.WebDefaults;

namespace Pathways.Access;

public static class AccessService
{
    public static ServiceDefinition Definition { get; } = new("access", AccessEvents.Types)
    {
        Services = services =>
        {
            services.AddSingleton<TokenKeyStore>();
            services.Replace(ServiceDescriptor.Singleton<ISigningKeySource>(provider => provider.GetRequiredService<TokenKeyStore>()));
            services.AddSingleton<TokenIssuer>();
            services.AddSingleton<ConfiguredClients>();
            services.AddSingleton<ClientDirectory>();
            services.AddSingleton<ClientChanges>();
            services.AddSingleton<TenantDirectory>();
            services.AddInstitutionUsers();
            services.AddSingleton<FeedUserKeeper>();
            services.AddHostedService(provider => provider.GetRequiredService<FeedUserKeeper>());
        },
        Routes = routes =>
        {
            routes.MapTokens();
            routes.MapClients();
            routes.MapTenants();
            routes.MapFeedUsers();
        },
    };
}
