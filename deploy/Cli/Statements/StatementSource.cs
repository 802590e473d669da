using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Csv;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.Cli.Statements;

/// <summary>One statement of a source.</summary>
/// <param name="Number">From 1, in the order of the source; of CSV the row.</param>
/// <param name="Json">Empty where a row became no statement.</param>
/// <param name="Read">Bytes of the source up to and with it.</param>
internal sealed record SourceStatement(long Number, ReadOnlyMemory<byte> Json, long Read)
{
    /// <summary>Where it begins in the file; null in a JSON array.</summary>
    public long? Line { get; init; }

    /// <summary>Why it can't be sent.</summary>
    public SourceRefusal? Refusal { get; init; }
}

/// <param name="Place">Column of the row, or JSON Pointer within the statement.</param>
internal sealed record SourceRefusal(string Code, string Reason, string? Place);

/// <summary>
/// Statements one after the other, of a source of any size: lines of JSON, a JSON array, or CSV, told apart by its first
/// character. Memory is that of one statement.
/// </summary>
internal static class StatementSource
{
    public const int LongestStatement = 8 * 1024 * 1024;

    /// <param name="mapping">Of a CSV file whose header does not name the places itself.</param>
    /// <exception cref="SourceException">The source is broken at a place that it names.</exception>
    public static async IAsyncEnumerable<SourceStatement> ReadAsync(Stream stream, CsvMapping? mapping, string tenant, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var counted = new CountingStream(stream);
        var pipe = PipeReader.Create(counted, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        var (first, line) = mapping is null ? await FirstAsync(pipe, cancellation) : (',', 1);
        if (first is not (null or '[' or '{'))
        {
            await foreach (var row in CsvStatements.ReadAsync(pipe.AsStream(), line, mapping, tenant, cancellation))
            {
                yield return new SourceStatement(row.Row, row.Json, counted.Read64)
                {
                    Line = row.Line, Refusal = row.Refusal is { } refused ? new SourceRefusal(refused.Code, refused.Reason, refused.Column) : null,
                };
            }
            yield break;
        }
        var statements = first switch
        {
            null => AsyncEnumerable.Empty<(long?, ReadOnlyMemory<byte>)>(),
            '[' => ArrayAsync(pipe, cancellation),
            _ => LinesAsync(pipe, line, cancellation),
        };
        long number = 0;
        await foreach (var (at, json) in statements) yield return Checked(new SourceStatement(++number, ByteOrderMark.Skip(json), counted.Read64) { Line = at });
    }

    /// <summary>One that is no JSON would spoil the whole request that it is sent with.</summary>
    private static SourceStatement Checked(SourceStatement statement)
    {
        var parsed = StatementJson.Parse(statement.Json, statement.Line ?? 1);
        if (!parsed.IsAccepted) return statement with { Refusal = new SourceRefusal(parsed.Rejection.Code, parsed.Rejection.Message, Place: null) };
        parsed.Value.Dispose();
        return statement;
    }

    /// <summary>The first character that is no white space, and its line; what is before that line is skipped, and a byte order mark.</summary>
    private static async Task<(char? Character, long Line)> FirstAsync(PipeReader pipe, CancellationToken cancellation)
    {
        long line = 1;
        while (true)
        {
            var result = await pipe.ReadAsync(cancellation);
            var (unread, character) = Begin(result.Buffer, ref line);
            if (character is null && unread.Length > LongestStatement) throw TooLong(line);
            pipe.AdvanceTo(unread.Start, character is null ? unread.End : unread.Start);
            if (character is not null || result.IsCompleted) return (character, line);
        }
    }

    /// <summary>From the beginning of the first line with something in it, or of the last there is; and what is first in it.</summary>
    private static (ReadOnlySequence<byte> Unread, char? Character) Begin(ReadOnlySequence<byte> buffer, ref long line)
    {
        var reader = new SequenceReader<byte>(buffer);
        reader.IsNext(ByteOrderMark.Utf8, advancePast: true);
        var begin = reader.Position;
        while (reader.TryRead(out byte next))
        {
            if (!" \t\r\n"u8.Contains(next)) return (buffer.Slice(begin), (char)next);
            if (next != '\n') continue;
            line++;
            begin = reader.Position;
        }
        return (buffer.Slice(begin), null);
    }

    private static async IAsyncEnumerable<(long? Line, ReadOnlyMemory<byte> Json)> LinesAsync(PipeReader pipe, long line, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellation);
            var buffer = result.Buffer;
            while (Next(ref buffer, result.IsCompleted) is { } found)
            {
                if (!found.AsSpan().Trim(" \t\r"u8).IsEmpty) yield return (line, found);
                line++;
            }
            if (buffer.Length > LongestStatement) throw TooLong(line);
            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) yield break;
        }
    }

    private static SourceException TooLong(long line) => new($"Line {line} is longer than {LongestStatement} bytes.");

    private static byte[]? Next(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            byte[] line = buffer.Slice(0, end).ToArray();
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return line;
        }
        if (!isLast || buffer.IsEmpty) return null;
        byte[] rest = buffer.ToArray();
        buffer = buffer.Slice(buffer.End);
        return rest;
    }

    private static async IAsyncEnumerable<(long? Line, ReadOnlyMemory<byte> Json)> ArrayAsync(PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long number = 0;
        await using var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(pipe, cancellationToken: cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await elements.MoveNextAsync()) yield break;
            }
            catch (JsonException broken)
            {
                throw new SourceException($"The list is broken after its statement {number}: {broken.Message}");
            }
            number++;
            yield return (null, Encoding.UTF8.GetBytes(elements.Current.GetRawText()));
        }
    }

    /// <summary>Knows how far the source was read, for the progress.</summary>
    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Read64 { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            Read64 += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

internal sealed class SourceException(string message) : Exception(message)
{
    /// <summary>Goes on with what was accepted.</summary>
    public static T Unless<T>(Result<T> result)
        => result.IsAccepted ? result.Value : throw new SourceException($"{result.Rejection.Message}{(result.Rejection.Place is { } place ? $" At {place}." : "")} {result.Rejection.Remedy}".TrimEnd());
}
