using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pathways.LearningRecord.Domain.Csv;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord.Csv;

public sealed class CsvParserTests
{
    [Fact]
    public void Quotes_line_breaks_and_any_end_of_line_are_read_and_lines_are_counted()
    {
        var rows = Read("\uFEFFa,b\r\n\"x \"\"y\"\"\",\"two\r\nlines\"\n\n\"\",last\rno break at the end,");
        Assert.Equal(
            ["1: a|b", "2: x \"y\"|two\r\nlines", "5: |last", "6: no break at the end|"],
            rows.Select(row => $"{row.Line}: {string.Join('|', row.Cells)}"));
        Assert.Equal([0, 1, 2, 3], rows.Select(row => row.Number));
    }

    [Theory]
    [InlineData("a;b,c;d\n1;2,5;3", 3)]
    [InlineData("a\tb\n1\t2", 2)]
    [InlineData("\"a,b,c\"|d\n1|2", 2)]
    public void The_delimiter_is_told_from_the_first_line(string text, int cells)
        => Assert.All(Read(text), row => Assert.Equal(cells, row.Cells.Count));

    [Fact]
    public void A_row_that_can_not_be_read_is_told_and_the_next_one_is_read()
    {
        byte[] file = [.. "a,b\n1,"u8, 0xC3, 0x28, .. "\n2,\"x\"y\n3,"u8, .. Encoding.UTF8.GetBytes(new string('z', CsvParser.LongestRow)), .. "\n4,fine\n5,\"open"u8];
        var rows = ReadBytes(file, 65536);
        Assert.Equal(
            [null, "csv-not-utf8 2", "csv-quotes-stray 2", "csv-row-too-long 2", null, "csv-quotes-open 2"],
            rows.Select(row => row.Fault is { } fault ? $"{fault.Code} {fault.Column}" : null));
        Assert.Equal(["4", "fine"], rows[4].Cells);
    }

    [Fact]
    public void A_cell_of_a_megabyte_is_read_whole()
        => Assert.Equal(1 << 20, Read("a,b\n1,\"" + new string('ß', 1 << 20) + "\"")[1].Cells[1].Length);

    [Fact]
    public void A_file_in_UTF_16_is_told()
        => Assert.Equal("csv-not-utf8", ReadBytes([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\n")], 100)[0].Fault?.Code);

    [Fact]
    public void What_is_written_by_the_rules_is_read_again_in_pieces_of_any_size()
    {
        var cell = Gen.Elements('a', ',', '"', '\n', '\r', 'ü', ' ').ArrayOf().Select(text => new string(text));
        var rows = cell.NonEmptyListOf().Select(cells => cells.ToArray()).NonEmptyListOf();
        Prop.ForAll(rows.ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (table, piece) =>
        {
            string text = string.Concat(table.Select(row => string.Join(',', row.Select(value => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\r\n"));
            var expected = table.Where(row => row is not [""]).Select(row => string.Join('\x1', row));
            return ReadBytes(Encoding.UTF8.GetBytes(text), piece, ',').Select(row => string.Join('\x1', row.Cells)).SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    private static List<CsvRow> Read(string text) => ReadBytes(Encoding.UTF8.GetBytes(text), int.MaxValue);

    private static List<CsvRow> ReadBytes(byte[] file, int piece, char? delimiter = null)
    {
        var parser = new CsvParser(delimiter);
        var rows = file.Chunk(Math.Min(piece, file.Length)).SelectMany(part => parser.Read(part).ToList()).ToList();
        return parser.End() is { } last ? [.. rows, last] : rows;
    }
}
