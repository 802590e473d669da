using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pathways.Messaging.Consuming;

namespace Pathways.Messaging.Operating;

/// <summary>Names a message that a stream is parked at, in a form that fits into a path.</summary>
internal sealed record ParkedId(SourceStream Stream, long Version)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Stream.Source}/{Stream.Tenant}/{Version}/{Stream.Stream}")));

    /// <summary>Null when it is none of ours.</summary>
    public static ParkedId? Parse(string id)
    {
        if (!Base64Url.IsValid(id)) return null;
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id)).Split('/', 4) is [var source, var tenant, var number, var stream]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long version)
            ? new ParkedId(new SourceStream(tenant, source, stream), version)
            : null;
    }
}
