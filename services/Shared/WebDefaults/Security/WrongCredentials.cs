namespace Pathways.WebDefaults;

/// <summary>Set on a request by whoever takes key and secret, when they are wrong: its caller is told of them, and not of a token.</summary>
public sealed class WrongCredentials
{
    public static WrongCredentials Given { get; } = new();
}
