using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class StatusListTests
{
    private const string Did = "did:web:example.edu";
    private const string ListUrl = "https://example.edu/status/1";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_flip_touches_one_index_only()
        => Prop.ForAll(Gen.Choose(0, StatusList.MinimumEntries - 1).ToArbitrary(), Gen.Choose(0, StatusList.MinimumEntries - 1).ToArbitrary(), (one, other) =>
        {
            var list = StatusList.Create();
            list[one] = true;
            var read = StatusList.Decode(list.Encode());
            return read[one] && (one == other || !read[other]) && CountSet(read) == 1;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_first_entry_is_the_leftmost_bit()
    {
        var list = StatusList.Create();
        list[0] = true;
        list[9] = true;
        using var gzip = new GZipStream(new MemoryStream(Multibase.Decode(list.Encode())), CompressionMode.Decompress);
        Assert.Equal([0x80, 0x40], new[] { gzip.ReadByte(), gzip.ReadByte() });
    }

    [Fact]
    public void Entries_are_given_away_at_random_each_once_until_the_list_is_full()
    {
        var taken = StatusList.Create();
        var first = Enumerable.Range(0, 100).Select(_ => taken.Allocate()).ToList();
        Assert.Equal(100, first.Distinct().Count());
        Assert.NotEqual(first.Order(), first);

        for (var i = 0; i < taken.Length - 101; i++)
            taken.Allocate();
        Assert.InRange(taken.Allocate(), 0, taken.Length - 1);
        Assert.Equal("status list full", Assert.Throws<LinkedDataException>(() => taken.Allocate()).Code);
    }

    [Fact]
    public void Refuses_lists_that_are_too_short_too_long_or_no_lists()
    {
        Assert.Throws<LinkedDataException>(() => StatusList.Create(8));
        Assert.Throws<LinkedDataException>(() => StatusList.Decode("uAAAA"));
        Assert.Throws<LinkedDataException>(() => StatusList.Decode("H4sIAAAA"));
        Assert.Throws<LinkedDataException>(() => StatusList.Create()[StatusList.MinimumEntries]);
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 100; i++)
                gzip.Write(new byte[1024 * 1024]);
        }
        Assert.Equal("status list length", Assert.Throws<LinkedDataException>(() => StatusList.Decode(Multibase.EncodeBase64Url(bomb.ToArray()))).Code);
    }

    [Fact]
    public void A_list_is_kept_until_its_time_to_live_or_its_validity_ends()
    {
        var list = StatusListCredential.Write(ListUrl, Did, StatusPurpose.Revocation, StatusList.Create(), Now, Now.AddHours(1), TimeSpan.FromMinutes(10));
        Assert.Equal(Now.AddMinutes(10), StatusListCredential.FreshUntil(list, Now));
        Assert.Equal(Now.AddHours(1), StatusListCredential.FreshUntil(list, Now.AddMinutes(55)));
    }

    [Theory]
    [InlineData(StatusPurpose.Revocation)]
    [InlineData(StatusPurpose.Suspension)]
    public async Task A_set_bit_fails_the_check_of_its_purpose_and_of_this_credential_only(string purpose)
    {
        using var issuer = new Issuer(purpose);
        issuer.List[4711] = true;
        var source = issuer.Publish();
        Assert.Equal([$"status-{purpose}:False"], await CheckAsync(Credential(4711, purpose), source, issuer));
        Assert.Equal([$"status-{purpose}:True"], await CheckAsync(Credential(4712, purpose), source, issuer));
    }

    [Fact]
    public async Task A_list_that_cannot_be_trusted_leaves_the_status_unknown()
    {
        using var issuer = new Issuer(StatusPurpose.Revocation);
        using var foreign = new Issuer(StatusPurpose.Revocation);
        var credential = Credential(1, StatusPurpose.Revocation);
        var signed = issuer.Publish();
        var forged = JsonNode.Parse(signed.Single().Value)!.AsObject();
        var other = StatusList.Create();
        other[1] = true;
        forged["credentialSubject"]!["encodedList"] = other.Encode();
        (string Why, Dictionary<string, byte[]> Lists, DateTimeOffset At)[] cases =
        [
            ("not there", [], Now),
            ("changed", new() { [ListUrl] = StrictJson.ToUtf8(forged) }, Now),
            ("expired", signed, Now.AddDays(3)),
            ("signed by another", foreign.Publish(), Now),
            ("unsigned", new() { [ListUrl] = "{}"u8.ToArray() }, Now),
            ("not a list", new() { [ListUrl] = "x"u8.ToArray() }, Now),
        ];
        foreach (var (why, lists, at) in cases)
        {
            var checks = await CheckAsync(credential, lists, issuer, at);
            Assert.True(checks is ["status:False"], why);
        }
        Assert.Equal(["status:False"], await CheckAsync(Credential(1, StatusPurpose.Suspension), signed, issuer));
        Assert.Equal(["status:False"], await CheckAsync(Credential(StatusList.MinimumEntries, StatusPurpose.Revocation), signed, issuer));
    }

    [Fact]
    public async Task The_revocation_list_of_older_badges_is_read_too()
    {
        using var issuer = new Issuer(StatusPurpose.Revocation);
        var credential = Credential(1, StatusPurpose.Revocation);
        credential["credentialStatus"] = new JsonObject { ["id"] = ListUrl, ["type"] = "1EdTechRevocationList" };
        var list = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [ListUrl] = """{"revokedCredential":[{"id":"urn:uuid:1"}]}"""u8.ToArray() };
        Assert.Equal(["status-revocation:False"], await CheckAsync(credential, list, issuer));
        credential["id"] = "urn:uuid:2";
        Assert.Equal(["status-revocation:True"], await CheckAsync(credential, list, issuer));
    }

    private static int CountSet(StatusList list)
    {
        var count = 0;
        for (var i = 0; i < list.Length; i++)
            count += list[i] ? 1 : 0;
        return count;
    }

    private static JsonObject Credential(int index, string purpose) => new()
    {
        ["id"] = "urn:uuid:1",
        ["issuer"] = Did,
        ["credentialStatus"] = StatusListCredential.WriteEntry(ListUrl, index, purpose),
    };

    private static async Task<List<string>> CheckAsync(JsonObject credential, Dictionary<string, byte[]> lists, Issuer issuer, DateTimeOffset? at = null)
    {
        using var document = JsonDocument.Parse(StrictJson.ToUtf8(credential));
        var verification = new StatusVerification(new Lists(lists), issuer.Resolver, new VerificationOptions(at ?? Now));
        return [.. (await verification.CheckAsync(document.RootElement, Cancel)).Select(check => $"{check.Name}:{check.Passed}")];
    }

    private sealed class Lists(Dictionary<string, byte[]> lists) : IDocumentSource
    {
        public ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string url, CancellationToken cancellation = default)
            => new(lists.TryGetValue(url, out var bytes) ? bytes : (ReadOnlyMemory<byte>?)null);
    }

    private sealed class Issuer(string purpose) : IDisposable
    {
        private readonly SigningKey key = SigningKey.Generate(KeyAlgorithm.Ed25519);

        public StatusList List { get; } = StatusList.Create();

        public IVerificationMethodResolver Resolver => DidDocument.Read(DidDocument.Write(Did, [new PublishedKey(key.PublicKey)]));

        public Dictionary<string, byte[]> Publish()
        {
            var list = StatusListCredential.Write(ListUrl, Did, purpose, List, Now, Now.AddDays(1));
            var options = new ProofOptions(Cryptosuites.EddsaRdfc2022, DidDocument.MethodId(Did, key.PublicKey), Now);
            return new(StringComparer.Ordinal) { [ListUrl] = DataIntegrityProof.Add(StrictJson.ToUtf8(list), options, key) };
        }

        public void Dispose() => key.Dispose();
    }
}
