using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LocalHost;

namespace Pathways.Tests.Running;

/// <summary>The whole system as <c>deploy/up</c> starts it, in a data directory and on ports of its own.</summary>
public sealed class RunningSystem : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private RunningSystem(string data, int port) => (Data, Port) = (data, port);

    public string Data { get; }

    public int Port { get; }

    public Uri Door => new($"http://127.0.0.1:{Port}/");

    /// <summary>Returns when every service is ready and the sample's rules are loaded, but none of its learners.</summary>
    public static async Task<RunningSystem> StartAsync(CancellationToken cancellation)
    {
        var data = Path.Combine(Path.GetTempPath(), "pathways-" + Guid.NewGuid().ToString("N")[..8]);
        var system = new RunningSystem(data, FreePorts());
        await RunAsync("up", cancellation, "--detach", "--no-sample", "--data", data, "--port", system.Port.ToString());
        await RunAsync("pathways", cancellation, "sample", "load", "--definitions", "--data", data);
        return system;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down", CancellationToken.None, "--data", Data);
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>Runs a script of <c>deploy/</c> to its end and gives what it printed; a failure shows all of it.</summary>
    public static async Task<string> RunAsync(string script, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", script), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"deploy/{script} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
    }

    public Task<string> PathwaysAsync(CancellationToken cancellation, params string[] arguments)
        => RunAsync("pathways", cancellation, [.. arguments, "--data", Data]);

    public async Task<string> TokenAsync(string tenant, string role, CancellationToken cancellation)
        => (await PathwaysAsync(cancellation, "token", "--tenant", tenant, "--role", role)).Trim();

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token, HttpContent? content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(Door, path)) { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Http.SendAsync(request, cancellation);
    }

    public Task<JsonNode> GetAsync(string path, string? token, CancellationToken cancellation)
        => AnswerAsync(HttpMethod.Get, path, token, content: null, cancellation);

    public Task<JsonNode> PostAsync(string path, string token, JsonNode body, CancellationToken cancellation, params (string Name, string Value)[] headers)
        => AnswerAsync(HttpMethod.Post, path, token, Json(body), cancellation, headers);

    public static StringContent Json(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private async Task<JsonNode> AnswerAsync(
        HttpMethod method, string path, string? token, HttpContent? content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(method, path, token, content, cancellation, headers);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
    }

    /// <summary>A door port whose whole block is free at the moment.</summary>
    private static int FreePorts()
    {
        for (int port = 20_000 + (Environment.ProcessId % 100 * 200); port < 60_000; port += 200)
        {
            if (Enumerable.Range(port, 15).All(IsFree)) return port;
        }

        throw new InvalidOperationException("No block of free ports.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
