using System.Text.Json.Serialization;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <param name="Place">The component's name, <c>pathway</c> or <c>rules</c>.</param>
/// <param name="Text">A sentence: what was, and what is.</param>
public sealed record PathwayChange(ChangeKind Kind, string Place, string Text);

[JsonConverter(typeof(JsonStringEnumConverter<ChangeKind>))]
public enum ChangeKind
{
    Added,
    Removed,
    Changed,
}

/// <summary>What is different between two versions, for a person to read. Order alone is no difference, except where it means something.</summary>
public static class PathwayDiff
{
    public static IReadOnlyList<PathwayChange> Between(Pathway before, PathwaySettings oldSettings, Pathway after, PathwaySettings newSettings)
        => new Comparison(before, after).Run(oldSettings, newSettings);

    private sealed class Comparison(Pathway before, Pathway after)
    {
        private readonly List<PathwayChange> _changes = [];
        private readonly Words _before = Words.For(before);
        private readonly Words _after = Words.For(after);

        public List<PathwayChange> Run(PathwaySettings oldSettings, PathwaySettings newSettings)
        {
            Text("pathway", "name", before.Name, after.Name);
            Text("pathway", "description", before.Description, after.Description);
            Text("pathway", "owner", before.Owner, after.Owner);
            Text("pathway", "version", before.VersionIdentifier, after.VersionIdentifier);
            Text("pathway", "goal", _before.Of(before.Destinations), _after.Of(after.Destinations));
            Text("pathway", "in force", Describe(oldSettings.Effective), Describe(newSettings.Effective));
            var then = before.Components.ToDictionary(component => component.Id);
            var now = after.Components.ToDictionary(component => component.Id);
            foreach (var component in before.Components.Where(component => !now.ContainsKey(component.Id)))
                _changes.Add(new(ChangeKind.Removed, component.Name, $"The component \"{component.Name}\" is no longer part of the pathway."));
            foreach (var component in after.Components)
            {
                if (then.TryGetValue(component.Id, out var old))
                    Compare(old, component);
                else
                    _changes.Add(new(ChangeKind.Added, component.Name, $"The component \"{component.Name}\" is new{Requirements(component)}."));
            }

            Lines("rules", Settings(oldSettings, _before), Settings(newSettings, _after));
            return _changes;
        }

        private void Compare(Component old, Component now)
        {
            Text(now.Name, "name", old.Name, now.Name);
            Text(now.Name, "kind", old.Kind.ToString(), now.Kind.ToString());
            Text(now.Name, "completed by", old.MetBy.ToString(), now.MetBy.ToString());
            Text(now.Name, "description", old.Description, now.Description);
            Text(now.Name, "code", old.CodedNotation, now.CodedNotation);
            Text(now.Name, "credits", string.Join(", ", old.Credits.Select(Words.Of)), string.Join(", ", now.Credits.Select(Words.Of)));
            Lines(now.Name, old.ProxyFor.Select(name => $"stands for {name}"), now.ProxyFor.Select(name => $"stands for {name}"));
            Text(now.Name, "prerequisites", _before.Of(old.Prerequisites), _after.Of(now.Prerequisites));
            // Requirements in another order are the same; one that was changed is shown beside what it was.
            var then = old.Conditions.Select(Named(_before)).ToList();
            var current = now.Conditions.Select(Named(_after)).ToList();
            var (gone, come) = (then.Except(current).ToList(), current.Except(then).ToList());
            for (var index = 0; index < Math.Max(gone.Count, come.Count); index++)
                Text(now.Name, "requires", gone.ElementAtOrDefault(index), come.ElementAtOrDefault(index));
        }

        private static Func<Condition, string> Named(Words words) => condition => $"{(condition.Name is { } name ? $"{name}: " : "")}{words.Of(condition)}";

        private string Requirements(Component component)
            => component.Conditions.Count == 0 ? "" : $" and requires {string.Join("; ", component.Conditions.Select(_after.Of))}";

        private static IEnumerable<string> Settings(PathwaySettings settings, Words words)
        {
            foreach (var award in settings.Awards)
                yield return $"\"{words.Of(award.ComponentId)}\" awards {award.AchievementId}";
            foreach (var rule in settings.MetBy)
                yield return $"\"{words.Of(rule.ComponentId)}\" is completed by its {rule.MetBy.ToString().ToLowerInvariant()}";
            if (settings.UseOnce == true)
                yield return "each piece of evidence counts once";
            foreach (var minimum in settings.Minima ?? [])
                yield return $"\"{words.Of(minimum.ComponentId)}\" needs {minimum.Credits:0.######} credits of {minimum.Unit}";
            foreach (var rule in settings.Rules ?? [])
                yield return $"{(rule.Of is { } of ? $"\"{words.Of(of)}\": " : "")}{RuleCompiler.Describe(rule)}";
        }

        private static string Describe(EffectivePeriod? period) => period is null ? ""
            : $"{period.From:yyyy-MM-dd} to {period.Until:yyyy-MM-dd}{(period.Cohorts is { } cohorts ? $" for cohorts {string.Join(", ", cohorts)}" : "")}";

        private void Text(string place, string what, string? then, string? now)
        {
            if ((then ?? "") == (now ?? ""))
                return;
            _changes.Add(string.IsNullOrEmpty(then) ? new(ChangeKind.Added, place, $"{what}: {now}")
                : string.IsNullOrEmpty(now) ? new(ChangeKind.Removed, place, $"{what}: {then}")
                : new(ChangeKind.Changed, place, $"{what}: {then} → {now}"));
        }

        private void Lines(string place, IEnumerable<string> then, IEnumerable<string> now)
        {
            var (old, current) = (then.ToList(), now.ToList());
            _changes.AddRange(old.Except(current).Select(line => new PathwayChange(ChangeKind.Removed, place, line)));
            _changes.AddRange(current.Except(old).Select(line => new PathwayChange(ChangeKind.Added, place, line)));
        }
    }
}
