using System.Net.Mime;
using System.Text;
using MassTransit;

namespace Pathways.Messaging.Broker;

/// <summary>Keeps MassTransit from wrapping what we publish: the bytes on the wire are ours, for readers without MassTransit.</summary>
internal sealed record RawMessage(byte[] Bytes);

internal sealed class RawSerializer(string contentType) : IMessageSerializer
{
    public ContentType ContentType { get; } = new(contentType);

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class => new RawBody(((RawMessage)(object)context.Message).Bytes);

    private sealed class RawBody(byte[] bytes) : MessageBody
    {
        public long? Length => bytes.Length;

        public Stream GetStream() => new MemoryStream(bytes, writable: false);

        public byte[] GetBytes() => bytes;

        public string GetString() => Encoding.UTF8.GetString(bytes);
    }
}
