using System.Collections.Concurrent;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Cmi5;

namespace Pathways.LearningRecord.Cmi5;

/// <summary>Courses as they were imported, version by version. A version never changes, so it may be kept.</summary>
internal sealed class Cmi5Courses(IEventStore store)
{
    private const int MostKept = 50;

    private readonly ConcurrentDictionary<(string Tenant, string Key, long Version), Cmi5Course> _known = new();

    public static Decider<Cmi5Course?> Decider { get; } = new(null, (_, @event) => ((Cmi5CourseImported)@event).Course);

    /// <summary>Told from the publisher's IRI, so importing the course again is a new version of the same.</summary>
    public static string KeyOf(Cmi5Course course) => ReadableKey.Of(course.Id);

    public static string Stream(string key) => $"cmi5-course-{key}";

    public async Task<Result<(Cmi5Course Course, long Version)>> LatestAsync(string tenant, string key, CancellationToken cancellation)
    {
        var loaded = await store.LoadAsync(tenant, Stream(key), Decider, cancellation);
        return loaded.State is { } course ? (course, loaded.Version) : Unknown(key);
    }

    public async Task<Cmi5Course> OfVersionAsync(string tenant, string key, long version, CancellationToken cancellation)
    {
        if (_known.TryGetValue((tenant, key, version), out var known)) return known;
        await foreach (var recorded in store.ReadStreamAsync(tenant, Stream(key), version - 1, cancellation))
        {
            if (_known.Count >= MostKept) _known.Clear();
            return _known[(tenant, key, version)] = ((Cmi5CourseImported)recorded.Data).Course;
        }
        throw new InvalidOperationException($"A registration names version {version} of the course {key}, which is not there.");
    }

    public static Rejection Unknown(string key) => Rejection.NotFound("cmi5-course-unknown", $"There is no course '{key}'.", "Import its cmi5.xml first.");
}
