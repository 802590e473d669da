using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class VoidingAndReferring(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();
    private readonly Guid _target = Guid.NewGuid();

    [Theory]
    [InlineData("target first")]
    [InlineData("voiding first")]
    [InlineData("one batch")]
    [InlineData("one batch, voiding first")]
    public async Task Hides_a_voided_statement_whichever_came_first(string order)
    {
        var voiding = Guid.NewGuid();
        await StoreInOrderAsync(order, Make.Statement(_target), Make.Voiding(_target, voiding));

        Assert.Equal(404, (int)(await _lrs.GetAsync($"?statementId={_target}")).StatusCode);
        Assert.Equal(_target.ToString(), (await _lrs.ReadAsync($"?voidedStatementId={_target}")).GetProperty("id").GetString());
        Assert.Equal([voiding.ToString()], await _lrs.IdsAsync(""));
    }

    [Fact]
    public async Task Does_not_void_a_voiding_statement()
    {
        var voiding = Guid.NewGuid();
        await _lrs.StoreAsync(Make.Statement(_target));
        await _lrs.StoreAsync(Make.Voiding(_target, voiding));
        await _lrs.StoreAsync(Make.Voiding(voiding));
        Assert.Equal(200, (int)(await _lrs.GetAsync($"?statementId={voiding}")).StatusCode);
        Assert.Equal(404, (int)(await _lrs.GetAsync($"?statementId={_target}")).StatusCode);
    }

    [Theory]
    [InlineData("target first")]
    [InlineData("reference first")]
    [InlineData("one batch")]
    [InlineData("one batch, reference first")]
    public async Task Finds_a_statement_by_what_it_refers_to_whichever_came_first(string order)
    {
        var reference = Guid.NewGuid();
        await StoreInOrderAsync(order, Make.Statement(_target, verb: "urn:v:target"), Make.Statement(reference, who: "critic", verb: "urn:v:commented", about: Make.Reference(_target)));
        Assert.Equal([.. new[] { _target, reference }.Select(id => id.ToString()).Order()], (await _lrs.IdsAsync("?verb=urn:v:target")).Order());
        Assert.Equal([reference.ToString()], await _lrs.IdsAsync("?verb=urn:v:commented"));
        // Both terms must hold of one statement, the one found or the one it refers to.
        Assert.Empty(await _lrs.IdsAsync($"?verb=urn:v:commented&agent={Uri.EscapeDataString("""{"mbox":"mailto:maria@example.edu"}""")}"));
    }

    [Fact]
    public async Task Follows_references_to_references_arriving_from_the_far_end()
    {
        var (near, far) = (Guid.NewGuid(), Guid.NewGuid());
        await _lrs.StoreAsync(Make.Statement(far, who: "critic", verb: "urn:v:far", about: Make.Reference(near)));
        await _lrs.StoreAsync(Make.Statement(near, who: "critic", verb: "urn:v:near", about: Make.Reference(_target)));
        await _lrs.StoreAsync(Make.Statement(_target, verb: "urn:v:target"));
        Assert.Equal(3, (await _lrs.IdsAsync("?verb=urn:v:target")).Count);
        Assert.Equal(2, (await _lrs.IdsAsync("?verb=urn:v:near")).Count);
    }

    [Fact]
    public async Task Sees_every_reference_and_voiding_however_close_they_come()
    {
        for (int round = 0; round < 10; round++)
        {
            var lrs = record.NewTenant();
            var target = Guid.NewGuid();
            await Task.WhenAll(
                lrs.StoreAsync(Make.Statement(target, verb: "urn:v:target")),
                lrs.StoreAsync(Make.Voiding(target)),
                lrs.StoreAsync(Make.Statement(who: "critic", verb: "urn:v:c", about: Make.Reference(target))),
                lrs.StoreAsync(Make.Statement(who: "critic", verb: "urn:v:c", about: Make.Reference(target))));
            Assert.Equal(404, (int)(await lrs.GetAsync($"?statementId={target}")).StatusCode);
            Assert.Equal(3, (await lrs.IdsAsync("?verb=urn:v:target")).Count);
        }
    }

    private async Task StoreInOrderAsync(string order, System.Text.Json.Nodes.JsonObject target, System.Text.Json.Nodes.JsonObject other)
    {
        if (order.StartsWith("one batch", StringComparison.Ordinal))
        {
            await _lrs.StoreAsync(order.EndsWith("first", StringComparison.Ordinal) ? [other, target] : [target, other]);
            return;
        }
        bool targetFirst = order.StartsWith("target", StringComparison.Ordinal);
        await _lrs.StoreAsync(targetFirst ? target : other);
        await _lrs.StoreAsync(targetFirst ? other : target);
    }
}
