using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pathways.Benchmarks;

/// <summary>An Open Badges 3.0 credential of about 3 KB: two alignments, evidence, a result, a status. A different one for each number.</summary>
internal static class SampleCredential
{
    public const string Issuer = "did:web:university.example:issuers:7";

    public static byte[] Write(int number) => Encoding.UTF8.GetBytes(Build(number).ToJsonString());

    public static JsonObject Build(int number)
    {
        var id = number.ToString("D12", CultureInfo.InvariantCulture);
        return JsonNode.Parse($$"""
            {
              "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
              "id": "https://university.example/credentials/3ff1d3b2-3d0d-4c6c-9c57-{{id}}",
              "type": ["VerifiableCredential", "OpenBadgeCredential"],
              "name": "Data stewardship {{number}}",
              "issuer": {
                "id": "{{Issuer}}",
                "type": ["Profile"],
                "name": "Example University",
                "url": "https://university.example",
                "email": "credentials@university.example",
                "address": { "type": ["Address"], "addressCountry": "Finland", "addressCountryCode": "FI", "addressLocality": "Turku" }
              },
              "validFrom": "2026-01-01T00:00:00Z",
              "validUntil": "2031-01-01T00:00:00Z",
              "credentialSubject": {
                "id": "did:example:learner-{{id}}",
                "type": ["AchievementSubject"],
                "activityStartDate": "2025-09-01T00:00:00Z",
                "activityEndDate": "2025-12-15T00:00:00Z",
                "creditsEarned": 3,
                "achievement": {
                  "id": "https://university.example/achievements/data-stewardship/v/2",
                  "type": ["Achievement"],
                  "achievementType": "Course",
                  "name": "Data stewardship",
                  "description": "Keeps research data findable, accessible, interoperable and reusable, and can say to whom it belongs and why.",
                  "criteria": { "id": "https://university.example/achievements/data-stewardship/v/2/criteria", "narrative": "Pass the examination with at least half of the points, and hand in a data management plan for a project of your own." },
                  "fieldOfStudy": "0612",
                  "humanCode": "DS-101",
                  "inLanguage": "en",
                  "creditsAvailable": 3,
                  "tag": ["data", "stewardship", "research"],
                  "alignment": [
                    { "type": ["Alignment"], "targetName": "manage research data", "targetUrl": "http://data.europa.eu/esco/skill/9ed8a3d4-5ed1-4c8b-9d0c-2f4a1a2e7a64", "targetCode": "9ed8a3d4", "targetFramework": "ESCO", "targetType": "ext:ESCO", "targetDescription": "Produce and analyse scientific data originating from research." },
                    { "type": ["Alignment"], "targetName": "EQF level 6", "targetUrl": "http://data.europa.eu/snb/eqf/6", "targetCode": "6", "targetFramework": "EQF", "targetType": "ext:EQF" }
                  ],
                  "resultDescription": [ { "id": "urn:uuid:1f0c7f4e-1111-4d3e-8d55-{{id}}", "type": ["ResultDescription"], "name": "Grade", "resultType": "GradePointAverage", "valueMin": "0", "valueMax": "5" } ]
                },
                "result": [ { "type": ["Result"], "resultDescription": "urn:uuid:1f0c7f4e-1111-4d3e-8d55-{{id}}", "value": "{{1 + (number % 5)}}", "status": "Completed" } ]
              },
              "evidence": [ { "id": "https://university.example/evidence/{{id}}", "type": ["Evidence"], "name": "Data management plan", "narrative": "A plan for a study of {{number}} interviews.", "genre": "Report", "audience": "Public" } ],
              "credentialStatus": { "id": "https://university.example/status/1#{{number % 131072}}", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "{{number % 131072}}", "statusListCredential": "https://university.example/status/1" }
            }
            """)!.AsObject();
    }
}
