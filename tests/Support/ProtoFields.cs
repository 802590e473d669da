using System.Text;

namespace Pathways.Tests.Support;

/// <summary>A protobuf message taken apart by field number: enough to read OTLP without its generated classes.</summary>
public sealed class ProtoFields
{
    private readonly List<(int Number, long Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public static ProtoFields Of(ReadOnlyMemory<byte> message)
    {
        var fields = new ProtoFields();
        int at = 0;
        while (at < message.Length)
        {
            long tag = Varint(message.Span, ref at);
            var (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
            switch (wire)
            {
                case 0:
                    fields._fields.Add((number, Varint(message.Span, ref at), default));
                    break;
                case 1:
                    at += sizeof(long);
                    break;
                case 2:
                    int length = (int)Varint(message.Span, ref at);
                    fields._fields.Add((number, 0, message.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    at += sizeof(int);
                    break;
                default:
                    throw new InvalidDataException($"Wire type {wire} is not protobuf.");
            }
        }
        return fields;
    }

    public IEnumerable<ProtoFields> Messages(int number) => _fields.Where(field => field.Number == number).Select(field => Of(field.Bytes));

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).Span);

    public long? Number(int number) => _fields.Where(field => field.Number == number).Select(field => (long?)field.Value).FirstOrDefault();

    private ReadOnlyMemory<byte> Bytes(int number) => _fields.Where(field => field.Number == number).Select(field => field.Bytes).FirstOrDefault();

    private static long Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
