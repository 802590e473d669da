using System.Diagnostics.CodeAnalysis;

namespace Pathways.Kernel;

/// <summary>A value, or the reason why there is none.</summary>
public readonly record struct Result<T>
{
    private Result(T? value, Rejection? rejection)
    {
        Value = value;
        Rejection = rejection;
    }

    public T? Value { get; }

    public Rejection? Rejection { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Rejection))]
    public bool IsAccepted => Rejection is null;

    public static implicit operator Result<T>(T value) => new(value, rejection: null);

    public static implicit operator Result<T>(Rejection rejection) => new(default, rejection);
}
