using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pathways.LearningRecord.Recording;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

public sealed class Keeping_texts
{
    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"actor":{"objectType":"Agent","mbox":"mailto:maria@example.edu"},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"}}""")]
    [InlineData("Schweißen 溶接 🔥")]
    public void A_text_comes_back_as_it_was(string text)
        => Assert.Equal(text, Encoding.UTF8.GetString(StatementText.Expand(StatementText.Compress(Encoding.UTF8.GetBytes(text)))));

    [Fact]
    public void A_long_text_comes_back_as_it_was()
    {
        byte[] text = RandomNumberGenerator.GetBytes(300_000);
        Assert.Equal(text, StatementText.Expand(StatementText.Compress(text)));
    }

    [Fact]
    public void A_text_from_before_the_dictionary_is_read_still()
    {
        byte[] text = Encoding.UTF8.GetBytes(Make.Statement().ToJsonString());
        byte[] stored = new byte[4 + BrotliEncoder.GetMaxCompressedLength(text.Length)];
        BitConverter.TryWriteBytes(stored, text.Length);
        Assert.True(BrotliEncoder.TryCompress(text, stored.AsSpan(4), out int written));
        Assert.Equal(text, StatementText.Expand(stored.AsSpan(0, 4 + written)));
    }

    [Fact]
    public void The_dictionary_that_stored_texts_refer_to_is_the_one_they_were_stored_with()
        => Assert.Equal("9ac001c445300dedb47c24a70e1b31056f39b4fa021775d1720e55ff1023acc9", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(StatementDictionary.Text))));

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void A_damaged_text_is_an_error_and_not_another_text(int cut)
    {
        byte[] stored = StatementText.Compress(Encoding.UTF8.GetBytes(Make.Statement().ToJsonString()));
        stored[0] ^= 1;
        Assert.ThrowsAny<Exception>(() => StatementText.Expand(stored.AsSpan(0, stored.Length - cut)));
    }
}
