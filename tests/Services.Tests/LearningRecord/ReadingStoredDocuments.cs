using System.Security.Cryptography;
using System.Text;
using Pathways.EventStore.Erasure;
using Pathways.LearningRecord.Documents;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

/// <summary>Every way in which a document has ever been stored: what lies in a database must be read by every later build.</summary>
public sealed class ReadingStoredDocuments
{
    private const string Learner = "learner-abcdefghijklmnopqrstuvwxyz";
    private const string BoundToStream = "pd1.1.AQEBAQEBAQEBAQEBw94fV12qJ9F4Er3E0gKd5XfD5T1ohWh2tjsIc3UGILOqHv-3-OB3qJq0acP3epFf1_QSLoHzeAlpXw";
    private const string BoundToVersion = "v2:pd1.1.AgICAgICAgICAgIC5vwV86BbaqOseM9anv65SpsoGbO52TFLqerNk14YqHh9md8A_TcZhSsxvywdGCasq9qoA3hT0eLrFw";

    private static readonly SubjectKeys Keys = new(
        "utah-state", new Dictionary<string, SubjectKey> { [Learner] = new(1, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]) });

    [Theory]
    [InlineData(1, BoundToStream, """{"page":1}""")]
    [InlineData(2, BoundToVersion, """{"page":2}""")]
    public void Is_read_as_it_was_stored(long version, string text, string content)
    {
        var document = DocumentText.Reveal(Keys, Learner, "document-1", version, text)!;

        Assert.Equal(("bookmark", "application/json", content), (document.Id, document.ContentType, Encoding.UTF8.GetString(document.Bytes.Span)));
    }

    [Theory]
    [InlineData("document-1", 3, BoundToVersion)]
    [InlineData("document-2", 2, BoundToVersion)]
    [InlineData("document-2", 1, BoundToStream)]
    public void Is_read_in_no_other_place(string stream, long version, string text)
        => Assert.ThrowsAny<CryptographicException>(() => DocumentText.Reveal(Keys, Learner, stream, version, text));
}
