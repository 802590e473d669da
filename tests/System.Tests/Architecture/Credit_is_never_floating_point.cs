using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace Pathways.Tests.Architecture;

/// <summary>Domain and contracts count credit in decimals and rationals; a double in their shapes would lose some.</summary>
public sealed class Credit_is_never_floating_point
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("Pathways.Contracts")]
    [InlineData("Pathways.Kernel")]
    [InlineData("Pathways.LearningRecord.Domain")]
    [InlineData("Pathways.CredentialIssuance.Domain")]
    [InlineData("Pathways.PathwayStacking.Domain")]
    [InlineData("Pathways.TransferRecognition.Domain")]
    public void In_the_shapes_of(string assembly)
        => Assert.Empty(Assembly.Load(assembly).GetTypes().SelectMany(FloatingPointOf));

    [Fact]
    public void A_double_is_named()
        => Assert.Equal([$"{typeof(Inexact).FullName}.Hours"], FloatingPointOf(typeof(Inexact)));

    private static IEnumerable<string> FloatingPointOf(Type type) => type.GetCustomAttribute<CompilerGeneratedAttribute>() is not null
        ? []
        : type.GetProperties(All).Where(property => IsFloatingPoint(property.PropertyType)).Select(property => $"{type.FullName}.{property.Name}");

    private static bool IsFloatingPoint(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var bare
        && (bare == typeof(double) || bare == typeof(float) || bare.GetGenericArguments().Any(IsFloatingPoint));

    private sealed record Inexact(double Hours, decimal Credits);
}
