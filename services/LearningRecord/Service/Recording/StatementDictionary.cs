namespace Pathways.LearningRecord.Recording;

/// <summary>What statements have in common, in the order in which they mostly have it. Stored texts refer to it: it never changes.</summary>
internal static class StatementDictionary
{
    // Whatever line ends this file was checked out with, they are none of the dictionary's.
    public static string Text { get; } = Lines.ReplaceLineEndings("");

    private const string Lines =
        """
        {"actor":{"objectType":"Group","member":[{"objectType":"Agent","mbox_sha1sum":"","openid":"https://","account":{"name":"","homePage":"https://www."}}],
        "context":{"instructor":{"team":{"revision":"","statement":{"objectType":"StatementRef","id":""},"contextAgents":[{"objectType":"contextAgent","agent":{
        "relevantTypes":["contextGroups":[{"objectType":"contextGroup","group":{"object":{"objectType":"SubStatement","attachments":[{"usageType":"","contentType":"","length":,"sha2":"","fileUrl":
        "interactionType":"choice","correctResponsesPattern":["[,]"],"choices":[{"id":"","description":{"en":""}}],"response":"","moreInfo":"","extensions":{"http://id.tincanapi.com/extension/
        "https://w3id.org/xapi/cmi5/context/categories/moveon","https://w3id.org/xapi/video/verbs/","https://w3id.org/xapi/adl/verbs/","http://adlnet.gov/expapi/activities/assessment","lesson","course","interaction","http://www.
        "verb":{"id":"http://adlnet.gov/expapi/verbs/failed","mastered","attempted","answered","experienced","interacted","initialized","terminated","launched","scored","progressed","completed","passed","display":{"de-DE":"en":"passed"}},
        {"id":"01","actor":{"objectType":"Agent","name":"","mbox":"mailto:@example.edu"},"verb":{"id":"http://adlnet.gov/expapi/verbs/","display":{"en-US":""}},
        "object":{"objectType":"Activity","id":"https://","definition":{"name":{"en-US":""},"description":{"en-US":""},"type":"http://adlnet.gov/expapi/activities/module"}},
        "result":{"score":{"scaled":0.,"raw":0,"min":0,"max":100},"success":true,"completion":true,"duration":"PT0M0S"},
        "context":{"registration":"","platform":"","language":"en-US","contextActivities":{"category":[{"parent":[{"objectType":"Activity","id":"https://"}],"grouping":[{"objectType":"Activity","id":"https://"}]}},
        "timestamp":"2026-01-01T00:00:00.000Z","stored":"2026-01-01T00:00:00.000000Z","authority":{"objectType":"Agent","account":{"homePage":"http://127.0.0.1:8080","name":"01"}},"version":"2.0.0"}
        """;
}
