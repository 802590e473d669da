using Pathways.Kernel;

namespace Pathways.Access.Tenants;

/// <summary>Tenants are named by slugs: <c>utah-state</c>.</summary>
public static class TenantName
{
    private const int Longest = 63;

    public static Rejection Invalid { get; } = Rejection.Invalid(
        "tenant-name-invalid", "A tenant's name is lower case letters, digits and '-'.", $"Name it so, at most {Longest} characters, with no '-' at either end.", "/tenant");

    public static bool IsValid(string name) => name.Length is > 0 and <= Longest
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-' && name[^1] != '-';
}
