using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.LinkedData.JsonLd;
using Pathways.LinkedData.Rdf;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks;

/// <summary>
/// What signing and verifying a credential costs, per second of processor time, beside Digital Bazaar's libraries (with cached
/// contexts, same documents, same minutes) and beside Ed25519 alone.
/// </summary>
internal sealed class CredentialBench(Report report)
{
    private const string PerCpuSecond = "per cpu second";
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SigningKey key = SigningKey.Generate(KeyAlgorithm.Ed25519);

    private string Method => DidDocument.MethodId(SampleCredential.Issuer, key.PublicKey);

    private JsonObject Did => DidDocument.Write(SampleCredential.Issuer, [new PublishedKey(key.PublicKey)]);

    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var bench = new CredentialBench(report);
        using (bench.key)
        {
            var peer = arguments.Contains("--no-peer") ? null : await bench.AskPeerAsync();
            await bench.WarmUpAsync();
            await bench.MeasureSuiteAsync(Cryptosuites.EddsaRdfc2022, peer);
            await bench.MeasureSuiteAsync(Cryptosuites.EddsaJcs2022, peer);
            await bench.MeasurePartsAsync();
            await bench.MeasureSizesAsync(cancellation);
            await bench.MeasureBlankNodesAsync(cancellation);
        }
    }

    /// <summary>The runtime compiles in the background for the first seconds, on the same processors and the same account.</summary>
    private async Task WarmUpAsync()
    {
        var options = new ProofOptions(Cryptosuites.EddsaRdfc2022, Method, Now);
        var resolver = DidDocument.Read(Did);
        await DuringAsync(TimeSpan.FromSeconds(4), async i =>
            await DataIntegrityProof.VerifyAsync(DataIntegrityProof.Add(SampleCredential.Write(i), options, key), resolver, new VerificationOptions(Now)));
    }

    private async Task MeasureSuiteAsync(string suite, JsonObject? peer)
    {
        var documents = Enumerable.Range(0, 512).Select(SampleCredential.Write).ToArray();
        var options = new ProofOptions(suite, Method, Now);
        var sign = await RateAsync(i => DataIntegrityProof.Add(documents[i % documents.Length], options, key));

        var signed = Array.ConvertAll(documents, document => DataIntegrityProof.Add(document, options, key));
        var resolver = DidDocument.Read(Did);
        var verification = new VerificationOptions(Now);
        if (await DataIntegrityProof.VerifyAsync(signed[0], resolver, verification) is { Verified: false } failed)
            throw new InvalidOperationException($"What is measured does not hold: {failed}");
        var verify = await RateAsync(async ValueTask (i) => await DataIntegrityProof.VerifyAsync(signed[i % signed.Length], resolver, verification));

        report.Add($"sign {suite}", PerCpuSecond, sign, "signatures", Peer(peer, suite, "sign"));
        report.Add($"verify {suite}", PerCpuSecond, verify, "verifications", Peer(peer, suite, "verify"));
        var raw = await RateAsync(i => key.Sign(documents[i % documents.Length].AsSpan(0, 64)));
        report.Add($"sign {suite}", "of raw Ed25519", sign, "signatures", ("Ed25519 sign", raw));
    }

    private static (string, double)? Peer(JsonObject? peer, string suite, string operation)
        => peer?[suite]?[operation] is { } value ? ("@digitalbazaar/vc", (double)value) : null;

    private async Task MeasurePartsAsync()
    {
        var document = SampleCredential.Write(1);
        var quads = JsonLdProcessor.Safe.ToRdf(document);
        report.Add("part: JSON-LD to RDF", PerCpuSecond, await RateAsync(_ => JsonLdProcessor.Safe.ToRdf(document)), "documents");
        report.Add("part: RDFC-1.0", PerCpuSecond, await RateAsync(_ => RdfCanonicalization.Canonicalize(quads)), "documents");
        report.Add("part: JCS", PerCpuSecond, await RateAsync(_ => Jcs.Canonicalize(document)), "documents");
        var data = new byte[64];
        var signature = key.Sign(data);
        report.Add("part: Ed25519 sign", PerCpuSecond, await RateAsync(_ => key.Sign(data)), "signatures");
        report.Add("part: Ed25519 verify", PerCpuSecond, await RateAsync(_ => key.PublicKey.Verify(data, signature)), "verifications");
        report.Add("document", "size", document.Length, "bytes");
        report.Add("document", "quads", quads.Count, "quads");
    }

    /// <summary>Time grows with the size, not faster: alignments are added, each a node of its own kind.</summary>
    private async Task MeasureSizesAsync(CancellationToken cancellation)
    {
        foreach (var kilobytes in (int[])[1, 3, 10, 30, 100, 300, 1000])
        {
            cancellation.ThrowIfCancellationRequested();
            var document = OfSize(kilobytes * 1000);
            var options = new ProofOptions(Cryptosuites.EddsaRdfc2022, Method, Now);
            var rate = await RateAsync(_ => DataIntegrityProof.Add(document, options, key), TimeSpan.FromSeconds(1));
            report.Add(string.Create(CultureInfo.InvariantCulture, $"sign, document of {document.Length / 1000} KB"), "cpu time", 1000 / rate, "ms");
        }
    }

    private static byte[] OfSize(int bytes)
    {
        var credential = SampleCredential.Build(1);
        if (bytes <= 1000)
        {
            credential.Remove("evidence");
            credential["credentialSubject"]!["achievement"]!.AsObject().Remove("alignment");
            credential["issuer"] = SampleCredential.Issuer;
            return Encoding.UTF8.GetBytes(credential.ToJsonString());
        }
        var alignments = credential["credentialSubject"]!["achievement"]!["alignment"]!.AsArray();
        for (var i = 0; Encoding.UTF8.GetByteCount(credential.ToJsonString()) < bytes; i++)
        {
            for (var j = 0; j < Math.Max(1, bytes / 4000); j++)
            {
                alignments.Add(new JsonObject
                {
                    ["type"] = new JsonArray("Alignment"),
                    ["targetName"] = $"outcome {i}.{j}",
                    ["targetUrl"] = $"https://university.example/outcomes/{i}/{j}",
                    ["targetDescription"] = "Says what a learner knows, understands and is able to do.",
                });
            }
        }
        return Encoding.UTF8.GetBytes(credential.ToJsonString());
    }

    /// <summary>Rings of blank nodes, each ring with a name: only walking along tells their nodes apart.</summary>
    private async Task MeasureBlankNodesAsync(CancellationToken cancellation)
    {
        foreach (var count in (int[])[4, 16, 64, 256])
        {
            cancellation.ThrowIfCancellationRequested();
            var quads = new List<Quad>();
            for (var i = 0; i < count; i++)
            {
                var ring = i / 4;
                quads.Add(new Quad($"_:n{i}", "<urn:next>", $"_:n{(ring * 4) + ((i + 1) % 4)}", ""));
                if (i % 4 == 0)
                    quads.Add(new Quad($"_:n{i}", "<urn:name>", $"\"{ring}\"", ""));
            }
            var rate = await RateAsync(_ => RdfCanonicalization.Canonicalize(quads), TimeSpan.FromSeconds(1));
            report.Add(string.Create(CultureInfo.InvariantCulture, $"RDFC-1.0, {count} blank nodes in rings"), "cpu time", 1000 / rate, "ms");
        }
    }

    private async Task<JsonObject> AskPeerAsync()
    {
        Report.Progress("The peer (@digitalbazaar/vc on Node) is measured first.");
        var answer = await Interop.AskAsync(new JsonObject
        {
            ["kind"] = "bench",
            ["suites"] = new JsonArray(Cryptosuites.EddsaRdfc2022, Cryptosuites.EddsaJcs2022),
            ["documents"] = new JsonArray([.. Enumerable.Range(0, 64).Select(SampleCredential.Build)]),
            ["seconds"] = 4,
        });
        return answer[0].Verified ? answer[0].Answer : throw new InvalidOperationException($"The peer could not be measured: {answer[0]}");
    }

    private static ValueTask<double> RateAsync(Func<int, object> action, TimeSpan? round = null)
        => RateAsync(i =>
        {
            action(i);
            return ValueTask.CompletedTask;
        }, round);

    /// <summary>
    /// How often it can be done in a second of this process's processor time, after it has become warm. Rounds are measured in processor
    /// time too: on a busy machine a second on the clock is not enough to warm anything.
    /// </summary>
    private static async ValueTask<double> RateAsync(Func<int, ValueTask> action, TimeSpan? round = null)
    {
        await DuringAsync(round ?? Round, action);
        var (count, used) = await DuringAsync(round ?? Round, action);
        return count / used.TotalSeconds;
    }

    private static async ValueTask<(int Count, TimeSpan Used)> DuringAsync(TimeSpan round, Func<int, ValueTask> action)
    {
        var start = Environment.CpuUsage.TotalTime;
        var count = 0;
        while (true)
        {
            await action(count++);
            if (Environment.CpuUsage.TotalTime - start is var used && used >= round)
                return (count, used);
        }
    }
}
