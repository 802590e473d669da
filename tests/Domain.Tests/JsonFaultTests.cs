using System.Text;
using System.Text.Json;
using Pathways.Kernel;
using Xunit;

namespace Pathways.Domain.Tests;

public sealed class JsonFaultTests
{
    [Fact]
    public void A_name_that_is_no_text_does_not_hide_the_one_that_stands_twice()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"\ud800":1,"a":2,"a":3}""");

        var fault = JsonFault.Of(new JsonException("Twice."), json);

        Assert.Equal(("line 1, column 19", "a name stands twice in one object"), (fault.Place, fault.Reason));
    }
}
