namespace Pathways.LinkedData;

/// <summary>One question a verification asked, its verdict, and what a person should do when the answer is no.</summary>
/// <param name="Name">Stable, kebab case: <c>signature</c>, <c>proof-purpose</c>.</param>
/// <param name="Passed">The verdict.</param>
/// <param name="Finding">What was found.</param>
/// <param name="WhatToDo">Only when the check failed.</param>
public sealed record Check(string Name, bool Passed, string Finding, string? WhatToDo = null)
{
    public static Check Pass(string name, string finding) => new(name, true, finding);

    public static Check Fail(string name, string finding, string whatToDo) => new(name, false, finding, whatToDo);
}

/// <summary>The checks of one verification, in the order they were made. Verified means that each of them passed.</summary>
public sealed record VerificationReport(IReadOnlyList<Check> Checks)
{
    public bool Verified => Checks.Count > 0 && Checks.All(check => check.Passed);

    public IEnumerable<Check> Failures => Checks.Where(check => !check.Passed);

    public override string ToString() => string.Join("; ", Checks.Select(check =>
        $"{check.Name}: {(check.Passed ? "passed" : "FAILED")} ({check.Finding})"));
}
