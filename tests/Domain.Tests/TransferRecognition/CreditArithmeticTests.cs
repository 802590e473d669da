using FsCheck;
using FsCheck.Fluent;
using Pathways.TransferRecognition.Domain.Agreements;
using Xunit;

namespace Pathways.Domain.Tests.TransferRecognition;

public sealed class CreditArithmeticTests
{
    [Theory]
    [InlineData("4", 2, 3, "down", "1", "2")] // Brazosport: 4 quarter hours are 2.67 semester hours, given as 2
    [InlineData("180", 2, 3, "down", "0.01", "120")] // and not 120.6, which 0.67 would give
    [InlineData("5", 2, 3, "half-up", "0.5", "3.5")]
    [InlineData("5", 2, 3, "up", "1", "4")]
    [InlineData("3", 1, 2, "half-even", "1", "2")]
    [InlineData("5", 1, 2, "half-even", "1", "2")]
    [InlineData("5", 1, 2, "half-up", "1", "3")]
    [InlineData("7.5", 2, 1, "down", "0.25", "15")]
    public void Converts_exactly_and_rounds_once(string amount, long numerator, long denominator, string mode, string quantum, string expected)
        => Assert.Equal(decimal.Parse(expected), CreditArithmetic.Convert(decimal.Parse(amount),
            new UnitConversion("QH", numerator, denominator, "year-load", new Rounding(mode, decimal.Parse(quantum)))));

    [Fact]
    public void Rounding_never_moves_further_than_one_step_and_lands_on_a_step()
    {
        var sizes = ArbMap.Default.ArbFor<(PositiveInt Hundredths, PositiveInt Numerator, PositiveInt Denominator, PositiveInt Steps)>();
        Prop.ForAll(sizes, sample =>
        {
            decimal amount = sample.Hundredths.Get / 100m, quantum = (sample.Steps.Get % 100 + 1) / 100m;
            foreach (string mode in CreditArithmetic.RoundingModes)
            {
                decimal result = CreditArithmetic.Convert(amount,
                    new UnitConversion("a", sample.Numerator.Get, sample.Denominator.Get, "hours", new Rounding(mode, quantum)));

                // In integers, so that the oracle is exact too: |result * den - amount * num| against quantum * den.
                decimal error = result * sample.Denominator.Get - amount * sample.Numerator.Get;
                Assert.True(Math.Abs(error) < quantum * sample.Denominator.Get || error == 0, $"{mode}: {result}");
                Assert.Equal(0m, result % quantum);
                Assert.True(mode switch { "down" => error <= 0, "up" => error >= 0, _ => Math.Abs(error) * 2 <= quantum * sample.Denominator.Get });
            }
        }).QuickCheckThrowOnFailure();
    }
}
