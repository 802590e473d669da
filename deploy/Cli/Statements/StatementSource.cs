using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Pathways.Cli.Statements;

/// <summary>One statement of a source.</summary>
/// <param name="Number">From 1, in the order of the source.</param>
/// <param name="Read">Bytes of the source up to and with it.</param>
internal sealed record SourceStatement(long Number, ReadOnlyMemory<byte> Json, long Read);

/// <summary>
/// Statements one after the other, of a source of any size: lines of JSON, a JSON array, or CSV, told apart by its first
/// character. Memory is that of one statement.
/// </summary>
internal static class StatementSource
{
    public const int LongestStatement = 8 * 1024 * 1024;

    /// <exception cref="SourceException">The source is broken at a place that it names.</exception>
    public static async IAsyncEnumerable<SourceStatement> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var counted = new CountingStream(stream);
        var pipe = PipeReader.Create(counted, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        var statements = await FirstAsync(pipe, cancellation) switch
        {
            null => AsyncEnumerable.Empty<ReadOnlyMemory<byte>>(),
            '[' => ArrayAsync(pipe, cancellation),
            '{' => LinesAsync(pipe, cancellation),
            _ => CsvStatements.ReadAsync(pipe.AsStream(), cancellation),
        };
        long number = 0;
        await foreach (var json in statements) yield return new SourceStatement(++number, json, counted.Read64);
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
        reader.IsNext([0xEF, 0xBB, 0xBF], advancePast: true);
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

internal sealed class SourceException(string message) : Exception(message);
