namespace Pathways.Benchmarks;

/// <summary>Durations or rates of one case, for percentiles.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public void Add(double value)
    {
        lock (_values) _values.Add(value);
    }

    /// <param name="fraction">0.5 for the median, 0.99 for p99.</param>
    public double Percentile(double fraction)
    {
        var sorted = _values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(fraction * sorted.Length))];
    }
}
