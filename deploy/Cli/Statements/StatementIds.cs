using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pathways.Cli.Statements;

/// <summary>
/// A statement without an id gets one that follows from its place and its text, so that importing the same source again
/// stores nothing twice: an id that the record store would give is another one each time.
/// </summary>
internal static class StatementIds
{
    public static ReadOnlyMemory<byte> WithId(SourceStatement statement)
    {
        var json = statement.Json.Span;
        if (HasId(json)) return statement.Json;
        int open = json.IndexOf((byte)'{') + 1;
        bool isEmpty = json[open..].TrimStart(" \t\r\n"u8) is [(byte)'}', ..];
        var output = new ArrayBufferWriter<byte>(json.Length + 48);
        output.Write("{\"id\":\""u8);
        output.Write(System.Text.Encoding.ASCII.GetBytes(IdOf(statement).ToString("D")));
        output.Write(isEmpty ? "\""u8 : "\","u8);
        output.Write(json[open..]);
        return output.WrittenMemory;
    }

    private static Guid IdOf(SourceStatement statement)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, statement.Number);
        hash.AppendData(number);
        hash.AppendData(statement.Json.Span);
        Span<byte> id = hash.GetHashAndReset().AsSpan(0, 16);
        // Version 8 of RFC 9562: by rules of our own.
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    private static bool HasId(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("id"u8)) return true;
                reader.Skip();
            }
            return false;
        }
        catch (JsonException)
        {
            // The record store says better what is wrong with it.
            return true;
        }
    }
}
