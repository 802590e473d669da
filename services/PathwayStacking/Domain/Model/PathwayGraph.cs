namespace Pathways.PathwayStacking.Domain.Model;

/// <summary>The graph that conditions make of a pathway's components.</summary>
public static class PathwayGraph
{
    /// <summary>Ids of the components that a component's conditions name, nested ones too; with their prerequisites.</summary>
    public static IEnumerable<string> RequiredBy(Component component)
        => component.Conditions.SelectMany(TargetsOf).Concat(component.Prerequisites).Distinct();

    public static IEnumerable<string> TargetsOf(Condition condition) => condition.Targets.Concat(condition.Conditions.SelectMany(TargetsOf));

    /// <summary>Those of the targets whose evidence a constraint limits.</summary>
    public static IEnumerable<string> LimitedTargetsOf(Condition condition)
        => (condition.Constraints.Count == 0 ? [] : condition.Targets).Concat(condition.Conditions.SelectMany(LimitedTargetsOf));

    /// <summary>The ids along a cycle, its first id repeated at the end; null when there is none.</summary>
    public static IReadOnlyList<string>? FindCycle(Pathway pathway) => Walk(pathway.Components.ToDictionary(component => component.Id)).Cycle;

    /// <summary>Components after everything their conditions name. The pathway must be acyclic.</summary>
    public static IReadOnlyList<Component> InOrder(Pathway pathway) => Walk(pathway.Components.ToDictionary(component => component.Id)).Order;

    /// <summary>What can be reached from some components over conditions, prerequisites and children, in document order.</summary>
    public static List<Component> Closure(IEnumerable<string> from, Dictionary<string, Component> components)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(from);
        while (open.TryPop(out var id))
        {
            if (!components.TryGetValue(id, out var component) || !reached.Add(id))
                continue;
            foreach (var next in RequiredBy(component).Concat(component.Children))
                open.Push(next);
        }

        return [.. components.Values.Where(component => reached.Contains(component.Id))];
    }

    // Iterative: a chain of thousands of components must not exhaust the stack.
    private static (List<Component> Order, List<string>? Cycle) Walk(Dictionary<string, Component> components)
    {
        var order = new List<Component>();
        var entered = new HashSet<string>();
        var left = new HashSet<string>();
        var path = new Stack<(Component Component, IEnumerator<string> Next)>();
        foreach (var start in components.Values.Where(start => entered.Add(start.Id)))
        {
            path.Push((start, RequiredBy(start).GetEnumerator()));
            while (path.TryPeek(out var top))
            {
                if (!top.Next.MoveNext())
                {
                    path.Pop().Next.Dispose();
                    left.Add(top.Component.Id);
                    order.Add(top.Component);
                }
                else if (components.TryGetValue(top.Next.Current, out var next) && entered.Add(next.Id))
                {
                    path.Push((next, RequiredBy(next).GetEnumerator()));
                }
                else if (next is not null && !left.Contains(next.Id))
                {
                    var onPath = path.Select(step => step.Component.Id).Reverse().SkipWhile(id => id != next.Id);
                    return (order, [.. onPath, next.Id]);
                }
            }
        }

        return (order, null);
    }
}
