using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Pathways.Tests.Support;

/// <summary>Keeps which names each route looks up in the query. Register it as an <see cref="IStartupFilter"/>.</summary>
public sealed class WatchedQuery : IStartupFilter
{
    private readonly ConcurrentDictionary<(Endpoint Route, string Name), bool> _read = new();

    public IEnumerable<(Endpoint Route, string Name)> Read => _read.Keys;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            http.Features.Set<IQueryFeature>(new Feature(new Watched(http.Request.Query, name =>
            {
                if (http.GetEndpoint() is { } route) _read[(route, name)] = true;
            })));
            return rest(http);
        });
        next(app);
    };

    private sealed class Feature(IQueryCollection query) : IQueryFeature
    {
        public IQueryCollection Query { get; set; } = query;
    }

    private sealed class Watched(IQueryCollection query, Action<string> read) : IQueryCollection
    {
        public int Count => query.Count;

        public ICollection<string> Keys => query.Keys;

        public StringValues this[string key]
        {
            get
            {
                read(key);
                return query[key];
            }
        }

        public bool ContainsKey(string key)
        {
            read(key);
            return query.ContainsKey(key);
        }

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value)
        {
            read(key);
            return query.TryGetValue(key, out value);
        }

        public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => query.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
