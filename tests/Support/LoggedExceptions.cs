using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pathways.Tests.Support;

/// <summary>Every exception that a service logs, from a level on.</summary>
[ProviderAlias(nameof(LoggedExceptions))]
public sealed class LoggedExceptions(LogLevel least) : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<Exception> _exceptions = [];

    public IReadOnlyCollection<Exception> Exceptions => _exceptions;

    /// <summary>Forgets those that there were so far.</summary>
    public void Clear() => _exceptions.Clear();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && exception is not null) _exceptions.Enqueue(exception);
    }

    public void Dispose() => Clear();
}
