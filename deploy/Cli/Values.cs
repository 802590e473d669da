using System.CommandLine;
using System.Globalization;

namespace Pathways.Cli;

/// <summary>Options that take not any text: what can't be is refused with what can; the library would name a type.</summary>
internal static class Values
{
    public static Option<T> OneOf<T>(string name, string description, T otherwise)
        where T : struct, Enum => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => otherwise,
            CustomParser = given =>
            {
                var text = given.Tokens[^1].Value;
                if (Enum.GetNames<T>().FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found) return Enum.Parse<T>(found);
                given.AddError($"{name} can't be '{text}': it is one of {string.Join(", ", Enum.GetNames<T>())}.");
                return otherwise;
            },
        };

    public static Argument<string> Service(string description) => new("service")
    {
        Description = description,
        CustomParser = given =>
        {
            var name = given.Tokens[^1].Value;
            if (!SystemServices.WithBroker.Contains(name)) given.AddError($"There is no service '{name}': it is one of {string.Join(", ", SystemServices.WithBroker)}.");
            return name;
        },
    };

    public static Option<int> Number(string name, string description, int otherwise, int highest) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        CustomParser = given =>
        {
            var text = given.Tokens[^1].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= highest) return number;
            given.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} can't be '{text}': it is a number from 1 to {highest}."));
            return otherwise;
        },
    };
}
