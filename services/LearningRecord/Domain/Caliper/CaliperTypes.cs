using System.Collections.Frozen;

namespace Pathways.LearningRecord.Domain.Caliper;

/// <summary>Which activity type an entity of Caliper has. What is not listed keeps Caliper's own IRI as its type.</summary>
public static class CaliperTypes
{
    private const string Caliper = "http://purl.imsglobal.org/caliper/";
    private const string Adl = "http://adlnet.gov/expapi/activities/";
    private const string Streams = "http://activitystrea.ms/schema/1.0/";
    private const string TinCan = "http://id.tincanapi.com/activitytype/";

    public static FrozenDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["Assessment"] = Adl + "assessment",
        ["AssessmentItem"] = Adl + "question",
        ["AssignableDigitalResource"] = TinCan + "school-assignment",
        ["Attempt"] = Adl + "attempt",
        ["AudioObject"] = Streams + "audio",
        ["Chapter"] = TinCan + "chapter",
        ["Collection"] = Streams + "collection",
        ["CourseOffering"] = Adl + "course",
        ["CourseSection"] = Adl + "course",
        ["DigitalResourceCollection"] = Streams + "collection",
        ["Document"] = TinCan + "document",
        ["Forum"] = TinCan + "discussion",
        ["Group"] = Streams + "group",
        ["ImageObject"] = Streams + "image",
        ["Link"] = Adl + "link",
        ["LtiLink"] = Adl + "link",
        ["MediaObject"] = Adl + "media",
        ["Message"] = Streams + "note",
        ["Page"] = Streams + "page",
        ["Questionnaire"] = TinCan + "survey",
        ["QuestionnaireItem"] = Adl + "question",
        ["SoftwareApplication"] = Streams + "application",
        ["Survey"] = TinCan + "survey",
        ["Thread"] = TinCan + "forum-topic",
        ["VideoObject"] = Streams + "video",
        ["WebPage"] = TinCan + "webpage",
    }.ToFrozenDictionary();

    public static string Of(string entityType) => All.TryGetValue(entityType, out string? type) ? type : Caliper + entityType;
}
