using Pathways.CredentialIssuance.Statuses;
using Pathways.Kernel;
using Pathways.LinkedData;
using Pathways.WebDefaults.Outbound;

namespace Pathways.CredentialIssuance.Verifying;

/// <summary>
/// What one verification may fetch: through the guard, each address once, so many in all. Status lists of our own issuers come from
/// the database.
/// </summary>
internal sealed class ForeignDocuments(GuardedFetch guard, PublishedStatusLists ownLists, Addresses addresses) : IDocumentSource
{
    private const int MaxFetches = 24;
    private const string Accept = "application/vc, application/did+ld+json, application/ld+json, application/json, application/vc+jwt, */*;q=0.1";

    private readonly Dictionary<string, Fetched> _fetched = new(StringComparer.Ordinal);

    public async ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string url, CancellationToken cancellation = default)
    {
        if (addresses.ParseStatusList(url) is { } own)
        {
            return await ownLists.FindAsync(own.Tenant, own.Purpose, own.List, cancellation) is { } list
                ? System.Text.Encoding.UTF8.GetBytes(list)
                : null;
        }

        if (!_fetched.TryGetValue(url, out var fetched))
        {
            if (_fetched.Count == MaxFetches)
                throw new LinkedDataException("too many fetches", $"More than {MaxFetches} addresses are not looked up for one credential.");
            fetched = _fetched[url] = await guard.GetAsync(url, Accept, cancellation);
        }

        return fetched.Body is { } body ? ByteOrderMark.Skip(body) : throw new LinkedDataException("not fetched", $"{url} was not fetched: {fetched.Refusal}.");
    }
}
