using System.Net;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>To whoever asks for a head.</summary>
public sealed class Logs_that_were_cut_are_told(PostgresFixture postgres)
{
    [Theory]
    [InlineData(0, "log-behind-its-heads", "The last head has size 3; the log ends at 2.")]
    [InlineData(2, "log-rewritten", "The log does not begin with the last head, of size 3: it was cut and has grown again, or was changed.")]
    public async Task A_log_that_does_not_go_on_from_its_last_head_gets_no_new_one(int grown, string code, string detail)
    {
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Definition, TallyLog.SignedByTheTestAlone);
        var log = new TallyLog(postgres.Server, service);
        await log.GrowAsync(3);
        await log.SignAsync();
        await log.CutAsync(2);
        await log.GrowAsync(grown);

        using var auditor = service.Client("*", Scopes.Operator);
        var refused = await auditor.SendAsync(HttpMethod.Post, "/tally/audit/checkpoints");

        Assert.Equal((HttpStatusCode.Conflict, code), (refused.Status, refused.ProblemCode));
        Assert.Equal(detail, refused.Json.GetProperty("detail").GetString());
    }
}
