namespace Pathways.WebDefaults;

/// <summary>What a client may be allowed to do. The tenant is a separate matter: it is in the token.</summary>
public static class Scopes
{
    public const string StatementsWrite = "statements/write";
    public const string StatementsRead = "statements/read";

    /// <summary>Only statements that the same authority has stored.</summary>
    public const string StatementsReadMine = "statements/read/mine";

    /// <summary>Activity state.</summary>
    public const string State = "state";

    /// <summary>Profiles of activities and agents.</summary>
    public const string Profile = "profile";

    /// <summary>Whatever can be read through xAPI.</summary>
    public const string ReadEverything = "all/read";

    /// <summary>Whatever xAPI offers; nothing beyond it.</summary>
    public const string Everything = "all";

    /// <summary>Achievements, pathways, agreements; in xAPI, what activities are called and described as.</summary>
    public const string Define = "define";

    /// <summary>Award and revoke.</summary>
    public const string Issue = "issue";

    /// <summary>Enrol, read stacks.</summary>
    public const string Learners = "learners";

    /// <summary>Recognition requests and decisions.</summary>
    public const string Recognise = "recognise";

    /// <summary>Read public events.</summary>
    public const string Feed = "feed";

    public const string Audit = "audit";

    /// <summary>Operator's tasks, across tenants.</summary>
    public const string Operator = "operator";

    /// <summary>One service asks another; the tenant is a parameter.</summary>
    public const string Service = "service";

    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        StatementsWrite, StatementsRead, StatementsReadMine, State, Profile, ReadEverything, Everything, Define, Issue, Learners, Recognise, Feed, Audit, Operator, Service,
    };

    /// <summary>These may act without a tenant in the token.</summary>
    public static bool IsAcrossTenants(string scope) => scope is Operator or Service;

    /// <summary>The work of an office; a system that only sends, reads and describes statements needs none of these.</summary>
    public static bool IsOfStaff(string scope) => scope is Issue or Learners or Recognise or Audit or Operator;
}
