using Xunit;

namespace Pathways.Tests.Support;

/// <summary>
/// One PostgreSQL and one RabbitMQ for a whole test assembly, each started when the first test asks for it:
/// <c>[assembly: AssemblyFixture(typeof(TestServers))]</c>. Tests that stop or kill a server start one of their own.
/// A server that does not start fails the test.
/// </summary>
public sealed class TestServers : IAsyncLifetime
{
    private readonly Lock _starting = new();
    private Task<PostgresServer>? _postgres;
    private Task<RabbitServer>? _rabbit;

    public Task<PostgresServer> PostgresAsync()
    {
        lock (_starting) return _postgres ??= PostgresServer.StartAsync();
    }

    public Task<RabbitServer> RabbitAsync()
    {
        lock (_starting) return _rabbit ??= RabbitServer.StartAsync();
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_postgres is { IsCompletedSuccessfully: true }) await (await _postgres).DisposeAsync();
        if (_rabbit is { IsCompletedSuccessfully: true }) await (await _rabbit).DisposeAsync();
    }
}
