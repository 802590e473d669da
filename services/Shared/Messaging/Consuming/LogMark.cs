using System.Globalization;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Consuming;

/// <summary>
/// A place in a source's log that we have seen, with the chain's hash there. A source that does not have it any more was
/// restored from a backup, and what we took since then it does not know.
/// </summary>
internal sealed record LogMark(long Position, string Hash)
{
    public static LogMark? Of(Delivery delivery)
        => long.TryParse(delivery.Header(MessageHeaders.Position), NumberStyles.None, CultureInfo.InvariantCulture, out long position)
            && delivery.Header(MessageHeaders.LogHash) is { } hash
            ? new LogMark(position, hash)
            : null;
}
