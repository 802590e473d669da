using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class AttachingContent(RecordService record)
{
    private static readonly byte[] Content = "some text\r\n--not-a-boundary"u8.ToArray();

    private readonly Lrs _lrs = record.NewTenant();
    private readonly Guid _id = Guid.NewGuid();

    [Fact]
    public async Task Gives_back_what_came_with_a_statement_only_when_asked()
    {
        Assert.Equal(200, await PostAsync(With(Content), (Content, Hash(Content))));
        using var plain = await _lrs.GetAsync($"?statementId={_id}");
        Assert.Equal("application/json", plain.Content.Headers.ContentType!.MediaType);

        foreach (string query in new[] { $"?statementId={_id}&attachments=true", "?attachments=true" })
        {
            using var whole = await _lrs.GetAsync(query);
            Assert.Equal("multipart/mixed", whole.Content.Headers.ContentType!.MediaType);
            string text = Encoding.Latin1.GetString(await whole.Content.ReadAsByteArrayAsync());
            Assert.Contains($"X-Experience-API-Hash: {Hash(Content)}\r\n\r\nsome text\r\n--not-a-boundary\r\n--", text, StringComparison.Ordinal);
            Assert.Contains("Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Takes_an_attachment_that_is_elsewhere_without_its_content()
    {
        var statement = With(Content);
        statement["attachments"]![0]!["fileUrl"] = "https://example.edu/file";
        await _lrs.StoreAsync(statement);
    }

    [Fact]
    public async Task Refuses_an_attachment_without_content_content_without_attachment_and_another_content()
    {
        Assert.Equal("attachment-missing", (await Lrs.ProblemAsync(await _lrs.PostAsync(With(Content)))).Code);
        Assert.Equal(400, await PostAsync(With(Content)));
        Assert.Equal(400, await PostAsync(Make.Statement(_id), (Content, Hash(Content))));
        Assert.Equal(400, await PostAsync(With(Content), ("other"u8.ToArray(), Hash(Content))));
        Assert.Empty(await _lrs.IdsAsync(""));
    }

    [Theory]
    [InlineData("multipart/mixed")]
    [InlineData("multipart/mixed; boundary=other")]
    public async Task Refuses_a_body_that_does_not_hold_together(string type)
    {
        using var content = new ByteArrayContent(Body(With(Content), [(Content, Hash(Content))]));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        Assert.Equal((400, "multipart-invalid", null), await Lrs.ProblemAsync(await _lrs.Http.PostAsync("/xapi/statements", content)));
    }

    [Theory]
    [InlineData("RS256", true, 200)]
    [InlineData("RS384", true, 200)]
    [InlineData("RS512", false, 200)]
    [InlineData("HS256", false, 400)]
    [InlineData("none", false, 400)]
    [InlineData("RS256 another statement", true, 400)]
    [InlineData("RS256 another key", true, 400)]
    [InlineData("RS256 not a JWS", true, 400)]
    public async Task Verifies_signed_statements(string signature, bool certificate, int status)
    {
        var statement = Make.Statement(_id);
        byte[] jws = Sign(statement, signature, certificate);
        statement["attachments"] = new JsonArray(Attachment(jws, "http://adlnet.gov/expapi/attachments/signature", "application/octet-stream"));
        Assert.Equal(status, await PostAsync(statement, (jws, Hash(jws))));
    }

    private static byte[] Sign(JsonObject statement, string signature, bool withCertificate)
    {
        if (signature.EndsWith("JWS", StringComparison.Ordinal)) return "not.a.jws"u8.ToArray();
        string algorithm = signature.Split(' ')[0];
        using var key = RSA.Create(2048);
        using var otherKey = RSA.Create(2048);
        var request = new CertificateRequest("CN=signer", signature.EndsWith("key", StringComparison.Ordinal) ? otherKey : key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var signer = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var header = new JsonObject { ["alg"] = algorithm };
        if (withCertificate) header["x5c"] = new JsonArray(Convert.ToBase64String(signer.RawData));
        var payload = signature.EndsWith("statement", StringComparison.Ordinal) ? Make.Statement(who: "mario") : statement;
        string signed = $"{Part(header)}.{Part(payload)}";
        var hash = algorithm switch { "RS384" => HashAlgorithmName.SHA384, "RS512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        return Encoding.ASCII.GetBytes($"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), hash, RSASignaturePadding.Pkcs1))}");
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private JsonObject With(byte[] content) => Make.Statement(_id).With("attachments", new JsonArray(Attachment(content, "urn:usage", "text/plain")));

    private static JsonObject Attachment(byte[] content, string usage, string type) => new()
    {
        ["usageType"] = usage, ["display"] = new JsonObject { ["en"] = "a" }, ["contentType"] = type, ["length"] = content.Length, ["sha2"] = Hash(content),
    };

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private async Task<int> PostAsync(JsonObject statement, params (byte[] Content, string Hash)[] parts)
    {
        using var content = new ByteArrayContent(Body(statement, parts));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/mixed; boundary=frontier");
        using var response = await _lrs.Http.PostAsync("/xapi/statements", content);
        return (int)response.StatusCode;
    }

    private static byte[] Body(JsonObject statement, (byte[] Content, string Hash)[] parts)
    {
        var body = new MemoryStream();
        body.Write(Encoding.UTF8.GetBytes($"--frontier\r\nContent-Type: application/json\r\n\r\n{statement.ToJsonString()}"));
        foreach (var (content, hash) in parts)
        {
            body.Write(Encoding.UTF8.GetBytes($"\r\n--frontier\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {hash}\r\n\r\n"));
            body.Write(content);
        }
        body.Write("\r\n--frontier--\r\n"u8);
        return body.ToArray();
    }
}
