using Xunit;

namespace Pathways.Tests.Support;

/// <summary>
/// One PostgreSQL and one RabbitMQ for a whole test assembly, each started when the first test asks for it:
/// <c>[assembly: AssemblyFixture(typeof(TestServers))]</c>. Tests that stop or kill a server start one of their own.
/// A server that does not start fails the test.
/// </summary>
public sealed class TestServers : IAsyncLifetime
{
    private readonly Lazy<Task<PostgresServer>> _postgres = new(PostgresServer.StartAsync);
    private readonly Lazy<Task<RabbitServer>> _rabbit = new(RabbitServer.StartAsync);

    public Task<PostgresServer> PostgresAsync() => _postgres.Value;

    public Task<RabbitServer> RabbitAsync() => _rabbit.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_postgres is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _postgres.Value).DisposeAsync();
        if (_rabbit is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _rabbit.Value).DisposeAsync();
    }
}
