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
    /// <summary>Of CSV, where the row begins.</summary>
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
        char? first = mapping is null ? await FirstAsync(pipe, cancellation) : ',';
        if (first is not (null or '[' or '{'))
        {
            await foreach (var row in CsvStatements.ReadAsync(pipe.AsStream(), mapping, tenant, cancellation))
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
            null => AsyncEnumerable.Empty<ReadOnlyMemory<byte>>(),
            '[' => ArrayAsync(pipe, cancellation),
            _ => LinesAsync(pipe, cancellation),
        };
        long number = 0;
        await foreach (var json in statements) yield return Checked(new SourceStatement(++number, ByteOrderMark.Skip(json), counted.Read64));
    }

    /// <summary>One that is no JSON would spoil the whole request that it is sent with.</summary>
    private static SourceStatement Checked(SourceStatement statement)
    {
        var parsed = StatementJson.Parse(statement.Json);
        if (!parsed.IsAccepted) return statement with { Refusal = new SourceRefusal(parsed.Rejection.Code, parsed.Rejection.Message, Place: null) };
        parsed.Value.Dispose();
        return statement;
    }

    /// <summary>The first character that is no white space; a byte order mark is skipped.</summary>
    private static async Task<char?> FirstAsync(PipeReader pipe, CancellationToken cancellation)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellation);
            var rest = Trimmed(result.Buffer);
            if (!rest.IsEmpty)
            {
                char first = (char)rest.FirstSpan[0];
                pipe.AdvanceTo(rest.Start);
                return first;
            }
            pipe.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return null;
        }
    }

    private static ReadOnlySequence<byte> Trimmed(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        reader.IsNext(ByteOrderMark.Utf8, advancePast: true);
        reader.AdvancePastAny(" \t\r\n"u8);
        return buffer.Slice(reader.Position);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long line = 0;
        while (true)
        {
            var result = await pipe.ReadAsync(cancellation);
            var buffer = result.Buffer;
            while (Next(ref buffer, result.IsCompleted) is { } found)
            {
                line++;
                if (!found.AsSpan().Trim(" \t\r"u8).IsEmpty) yield return found;
            }
            if (buffer.Length > LongestStatement) throw new SourceException($"Line {line + 1} is longer than {LongestStatement} bytes.");
            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) yield break;
        }
    }

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

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ArrayAsync(PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellation)
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
            yield return Encoding.UTF8.GetBytes(elements.Current.GetRawText());
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
