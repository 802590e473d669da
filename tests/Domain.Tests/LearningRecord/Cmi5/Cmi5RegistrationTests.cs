using System.Collections.Immutable;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Cmi5;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord.Cmi5;

/// <summary>The rules of sections 8.2 and 9.3 of the cmi5 specification.</summary>
public sealed class Cmi5RegistrationTests
{
    private const string Gas = "https://p.example/gas", Arc = "https://p.example/arc", Safety = "https://p.example/safety", Course = "https://p.example/course";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly Guid Registration = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0");
    private static readonly Guid One = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aa01");
    private static readonly Guid Two = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aa02");
    private static readonly Cmi5Registered Registered = new(Registration, "course", 1, "learner-1", "ciphertext");

    [Theory]
    [InlineData("Passed", "initialized passed", true)]
    [InlineData("Passed", "initialized completed", false)]
    [InlineData("Completed", "initialized completed", true)]
    [InlineData("CompletedOrPassed", "initialized passed", true)]
    [InlineData("CompletedOrPassed", "initialized failed completed", true)]
    [InlineData("CompletedAndPassed", "initialized completed", false)]
    [InlineData("CompletedAndPassed", "initialized completed passed", true)]
    [InlineData("CompletedAndPassed", "initialized passed completed", true)]
    public void A_block_and_the_course_are_satisfied_once_moveOn_of_all_their_units_is_met(string moveOn, string verbs, bool satisfied)
    {
        var course = OfCourse(moveOn, Cmi5MoveOn.NotApplicable);
        var decided = Cmi5Registration.Report(Launched(course, One), course, One, Reports(verbs));
        Assert.Equal(
            satisfied ? [new Cmi5Satisfied(Safety, One), new Cmi5Satisfied(Course, One)] : [],
            decided.Events.OfType<Cmi5Satisfied>());
    }

    [Fact]
    public void The_course_waits_for_units_outside_of_the_block()
    {
        var course = OfCourse("Passed", "Completed");
        var state = Told(Launched(course, One), Cmi5Registration.Report(Launched(course, One), course, One, Reports("initialized passed terminated")));
        Assert.Equal([Safety], state.Satisfied);
        state = Told(state, Cmi5Registration.Launch(state, course, new Cmi5Launched(Two, Arc, "Normal", "hash", Now)));
        state = Told(state, Cmi5Registration.Report(state, course, Two, Reports("initialized completed terminated")));
        Assert.Equal([Course, Safety], state.Satisfied.Order());
    }

    [Fact]
    public void What_needs_nothing_is_satisfied_by_registering()
    {
        var course = OfCourse(Cmi5MoveOn.NotApplicable, Cmi5MoveOn.NotApplicable);
        var decided = Cmi5Registration.Register(Cmi5Registration.Decider.Initial, course, Registered);
        Assert.Equal([Safety, Course], decided.Events.OfType<Cmi5Satisfied>().Select(satisfied => satisfied.Target));
    }

    [Theory]
    [InlineData("completed", "cmi5-order")]
    [InlineData("(experienced)", "cmi5-order")]
    [InlineData("initialized initialized", "cmi5-repeated")]
    [InlineData("initialized completed completed", "cmi5-repeated")]
    [InlineData("initialized passed failed", "cmi5-repeated")]
    [InlineData("initialized failed passed", "cmi5-repeated")]
    [InlineData("initialized terminated (experienced)", "cmi5-session-over")]
    [InlineData("initialized terminated completed", "cmi5-session-over")]
    [InlineData("initialized (experienced) failed completed (experienced) terminated", null)]
    public void Statements_of_a_session_come_in_their_order(string verbs, string? code)
    {
        var course = OfCourse("Passed", "Passed");
        Assert.Equal(code, Cmi5Registration.Report(Launched(course, One), course, One, Reports(verbs)).Rejection?.Code);
    }

    [Theory]
    [InlineData("initialized completed terminated", "initialized completed", "cmi5-repeated")]
    [InlineData("initialized passed terminated", "initialized passed", "cmi5-repeated")]
    [InlineData("initialized passed terminated", "initialized failed", "cmi5-order")]
    [InlineData("initialized failed terminated", "initialized passed completed", null)]
    public void A_unit_is_completed_and_passed_once_in_a_registration(string first, string second, string? code)
    {
        var course = OfCourse("Passed", "Passed");
        var state = Told(Launched(course, One), Cmi5Registration.Report(Launched(course, One), course, One, Reports(first)));
        state = Told(state, Cmi5Registration.Launch(state, course, new Cmi5Launched(Two, Gas, "Normal", "hash", Now)));
        Assert.Equal(code, Cmi5Registration.Report(state, course, Two, Reports(second)).Rejection?.Code);
    }

    [Theory]
    [InlineData("Browse")]
    [InlineData("Review")]
    public void Outside_of_the_normal_mode_nothing_is_judged(string mode)
    {
        var course = OfCourse("Passed", "Passed");
        var state = Launched(course, One, mode);
        Assert.Equal("cmi5-mode", Cmi5Registration.Report(state, course, One, Reports("initialized completed")).Rejection?.Code);
        Assert.Null(Cmi5Registration.Report(state, course, One, Reports("initialized terminated")).Rejection);
    }

    [Fact]
    public void A_new_launch_abandons_the_session_that_goes_on_and_nothing_more_is_taken_of_it()
    {
        var course = OfCourse("Passed", "Passed");
        var state = Told(Launched(course, One), Cmi5Registration.Report(Launched(course, One), course, One, Reports("initialized")));
        var launch = new Cmi5Launched(Two, Arc, "Normal", "hash", Now);
        var decided = Cmi5Registration.Launch(state, course, launch);
        Assert.Equal([new Cmi5Abandoned(One, Now), launch], decided.Events);
        state = Told(state, decided);
        Assert.Equal("cmi5-session-over", Cmi5Registration.Report(state, course, One, Reports("terminated")).Rejection?.Code);
        Assert.Empty(Cmi5Registration.Abandon(state, One, Now).Events);
    }

    [Fact]
    public void The_token_is_handed_out_once_and_only_for_the_launchs_secret()
    {
        var state = Launched(OfCourse("Passed", "Passed"), One);
        Assert.Equal("cmi5-fetch-unknown", Cmi5Registration.Fetch(state, One, "guess", "token").Rejection?.Code);
        var fetched = Cmi5Registration.Fetch(state, One, "hash", "token");
        Assert.Equal([new Cmi5TokenFetched(One, "token")], fetched.Events);
        Assert.Equal("cmi5-fetch-used", Cmi5Registration.Fetch(Told(state, fetched), One, "hash", "other").Rejection?.Code);
        Assert.Equal("cmi5-fetch-used", Cmi5Registration.Fetch(Told(state, Cmi5Registration.Abandon(state, One, Now)), One, "hash", "token").Rejection?.Code);
    }

    [Fact]
    public void A_waived_unit_counts_as_done_and_is_waived_once()
    {
        var course = OfCourse("Passed", Cmi5MoveOn.NotApplicable);
        var state = Told(Cmi5Registration.Decider.Initial, Cmi5Registration.Register(Cmi5Registration.Decider.Initial, course, Registered));
        var waived = new Cmi5Waived(Gas, "Tested Out", Two);
        var decided = Cmi5Registration.Waive(state, course, waived);
        Assert.Equal([waived, new Cmi5Satisfied(Safety, Two), new Cmi5Satisfied(Course, Two)], decided.Events);
        Assert.Empty(Cmi5Registration.Waive(Told(state, decided), course, waived with { SessionId = One }).Events);
        Assert.Equal("cmi5-reason-missing", Cmi5Registration.Waive(state, course, waived with { Reason = " " }).Rejection?.Code);
        Assert.Equal("cmi5-reason-missing", Cmi5Registration.Waive(state, course, waived with { Reason = new string('a', 501) }).Rejection?.Code);
    }

    [Fact]
    public void A_registration_is_one_learners_in_one_course()
    {
        var course = OfCourse("Passed", "Passed");
        var state = Told(Cmi5Registration.Decider.Initial, Cmi5Registration.Register(Cmi5Registration.Decider.Initial, course, Registered));
        Assert.Empty(Cmi5Registration.Register(state, course, Registered).Events);
        Assert.Equal("cmi5-registration-taken", Cmi5Registration.Register(state, course, Registered with { LearnerId = "learner-2" }).Rejection?.Code);
        Assert.Equal("cmi5-unit-unknown", Cmi5Registration.Launch(state, course, new Cmi5Launched(One, "https://p.example/other", "Normal", "hash", Now)).Rejection?.Code);
    }

    private static Cmi5State Launched(Cmi5Course course, Guid session, string mode = "Normal")
    {
        var state = Told(Cmi5Registration.Decider.Initial, Cmi5Registration.Register(Cmi5Registration.Decider.Initial, course, Registered));
        return Told(state, Cmi5Registration.Launch(state, course, new Cmi5Launched(session, Gas, mode, "hash", Now)));
    }

    private static Cmi5State Told(Cmi5State state, Decision decision)
    {
        Assert.Null(decision.Rejection);
        return Cmi5Registration.Decider.Fold(state, decision.Events);
    }

    /// <summary>In parentheses what is only allowed.</summary>
    private static List<Cmi5Report> Reports(string verbs)
        => [.. verbs.Split(' ').Select(verb => new Cmi5Report(verb.Trim('(', ')'), IsDefined: verb[0] != '(', Now.AddMinutes(1)))];

    private static Cmi5Course OfCourse(string inBlock, string outside) => new(Course, Title, [new Cmi5Block(Safety, Title, [])], [Unit(Gas, inBlock, Safety), Unit(Arc, outside)]);

    private static ImmutableSortedDictionary<string, string> Title { get; } = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("en", "Welding")]);

    private static Cmi5Unit Unit(string id, string moveOn, params string[] within)
        => new(id, Title, "https://content.example/unit", moveOn, MasteryScore: null, "AnyWindow", ActivityType: null, LaunchParameters: null, EntitlementKey: null, [.. within]);
}
