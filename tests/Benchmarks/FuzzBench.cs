using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pathways.LinkedData;
using Pathways.LinkedData.Fuzzing;

namespace Pathways.Benchmarks;

/// <summary>
/// Broken credentials against the verifier for some minutes: <c>deploy/bench fuzz [MINUTES] [SEED]</c>. It ends at the first input that
/// raises anything or takes longer than ten seconds; the seed repeats it.
/// </summary>
internal static class FuzzBench
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var minutes = arguments.Count > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 3;
        var seed = arguments.Count > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : Environment.ProcessId;
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var fuzzer = new CredentialFuzzer(seed, Good(key));
        var verifier = new CredentialVerifier(DidKey.Resolver, new NoLists(), new VerificationOptions(Now));

        var clock = Stopwatch.StartNew();
        var (count, longest) = (0, TimeSpan.Zero);
        while (clock.Elapsed < TimeSpan.FromMinutes(minutes))
        {
            cancellation.ThrowIfCancellationRequested();
            var input = fuzzer.Next();
            var start = clock.Elapsed;
            try
            {
                await verifier.VerifyAsync(input, cancellation);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Input {count} of seed {seed}: {Convert.ToBase64String(input)}", problem);
            }
            var took = clock.Elapsed - start;
            longest = took > longest ? took : longest;
            if (took > Longest)
                throw new InvalidOperationException($"Input {count} of seed {seed} took {took}: {Convert.ToBase64String(input)}");
            count++;
        }
        var name = string.Create(CultureInfo.InvariantCulture, $"seed {seed}");
        report.Add(name, "inputs", count, "inputs");
        report.Add(name, "longest", longest.TotalMilliseconds, "ms");
        report.Add(name, "peak memory", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB");
    }

    private static byte[][] Good(SigningKey key)
    {
        var did = DidKey.FromKey(key.PublicKey);
        var method = $"{did}#{key.PublicKey.Multibase}";
        var badge = SampleCredential.Build(1);
        badge["issuer"]!["id"] = did;
        badge.Remove("credentialStatus");
        var signed = DataIntegrityProof.Add(StrictJson.ToUtf8(badge), new ProofOptions(Cryptosuites.EddsaRdfc2022, method, Now), key);
        var pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        return
        [
            signed,
            signed,
            signed,
            Encoding.UTF8.GetBytes(VcJwt.Sign(badge, method, key)),
            BakedPng.Bake(pixel, Encoding.UTF8.GetString(signed)),
            BakedSvg.Bake("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8, Encoding.UTF8.GetString(signed)),
            Encoding.UTF8.GetBytes(OpenBadge2),
            BakedPng.Bake(pixel, OpenBadge2, BakedKind.OpenBadge2),
        ];
    }

    private const string OpenBadge2 =
        """
        {"@context":"https://w3id.org/openbadges/v2","type":"Assertion","id":"https://university.example/assertions/1",
        "recipient":{"type":"email","hashed":false,"identity":"learner@university.example"},"issuedOn":"2020-01-01T00:00:00Z",
        "badge":{"type":"BadgeClass","id":"https://university.example/badges/1","name":"Reader","description":"Reads.","criteria":{"narrative":"Read."},
        "issuer":{"type":"Issuer","id":"https://university.example/issuer","name":"University"}},"verification":{"type":"HostedBadge"}}
        """;

    private sealed class NoLists : IDocumentSource
    {
        public ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string url, CancellationToken cancellation = default) => new((ReadOnlyMemory<byte>?)null);
    }
}
