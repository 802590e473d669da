using System.Net;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Unknown_parameters_are_refused(TallyUnderTest tally) : IClassFixture<TallyUnderTest>
{
    private readonly HttpClient _http = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);

    [Fact]
    public async Task With_its_name_and_the_names_there_are()
    {
        var answer = await _http.ReadAsync("/tally/list?limit=2&learnerId=ada");

        Assert.Equal((HttpStatusCode.BadRequest, "unknown-parameter", "learnerId"), (answer.Status, answer.ProblemCode, answer.Json.GetProperty("place").GetString()));
        Assert.Equal("'learnerId' is not a parameter of this resource; there are: after, limit.", answer.Json.GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _http.ReadAsync("/tally/list?limit=2")).Status);
    }

    [Fact]
    public async Task Only_of_those_who_may_ask()
        => Assert.Equal(HttpStatusCode.Unauthorized, (await tally.Service.Client().ReadAsync("/tally/list?learnerId=ada")).Status);

    [Fact]
    public async Task A_route_that_records_reads_takes_a_purpose()
        => Assert.Equal(HttpStatusCode.OK, (await _http.ReadAsync("/tally/a/of/ada?purpose=advising")).Status);

    [Fact]
    public async Task A_page_for_everybody_takes_what_links_get_appended()
        => Assert.Equal(HttpStatusCode.OK, (await _http.ReadAsync("/tally/open?utm_source=mail")).Status);
}
