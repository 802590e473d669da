using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pathways.LocalHost.Nodes;

/// <summary>
/// deploy/rabbitmq/definitions.json: exchanges, queues, bindings, policies and permissions of one virtual host, in
/// RabbitMQ's own definitions format. Users and their passwords are never in the file.
/// </summary>
public sealed class RabbitTopology
{
    private static readonly string[] Parts = ["permissions", "topic_permissions", "policies", "parameters", "exchanges", "queues", "bindings"];

    /// <summary>Access makes and ends the broker users of institutions; in RabbitMQ only an administrator can.</summary>
    private const string MakesUsers = "access";

    private readonly JsonObject _parts;

    private RabbitTopology(JsonObject parts) => _parts = parts;

    public static RabbitTopology Parse(string json)
    {
        var all = JsonNode.Parse(json)!.AsObject();
        return new RabbitTopology(new JsonObject(Parts.Where(all.ContainsKey).Select(p => KeyValuePair.Create(p, all[p]?.DeepClone()))));
    }

    public IEnumerable<JsonObject> Part(string name) => _parts[name]?.AsArray().Select(x => x!.AsObject()) ?? [];

    /// <summary>The whole definitions file of a node: a virtual host, an administrator, the given users, the topology.</summary>
    public JsonObject WithUsers(string virtualHost, string admin, string adminPassword, IReadOnlyDictionary<string, string> users)
    {
        var definitions = In(virtualHost, users.Keys);
        definitions["permissions"]!.AsArray().Add(FullPermission(admin, virtualHost));
        definitions["vhosts"] = new JsonArray(new JsonObject { ["name"] = virtualHost });
        definitions["users"] = new JsonArray([User(admin, adminPassword, "administrator"), .. users.Select(u => User(u.Key, u.Value, u.Key == MakesUsers ? "administrator" : ""))]);
        return definitions;
    }

    /// <summary>The topology moved into a virtual host. A user the file has no permission for may do everything in it.</summary>
    public JsonObject In(string virtualHost, IEnumerable<string> users)
    {
        var moved = _parts.DeepClone().AsObject();
        foreach (var entry in moved.SelectMany(part => part.Value!.AsArray())) entry!["vhost"] = virtualHost;

        var permissions = moved["permissions"] as JsonArray ?? [];
        moved["permissions"] = permissions;
        var named = permissions.Select(p => p!["user"]!.GetValue<string>()).ToHashSet();
        foreach (var user in users.Where(u => !named.Contains(u))) permissions.Add(FullPermission(user, virtualHost));
        return moved;
    }

    private static JsonObject FullPermission(string user, string virtualHost) => new()
    {
        ["user"] = user, ["vhost"] = virtualHost, ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*",
    };

    private static JsonObject User(string name, string password, string tags) => new()
    {
        ["name"] = name,
        ["password_hash"] = Hash(password),
        ["hashing_algorithm"] = "rabbit_password_hashing_sha256",
        ["tags"] = tags,
    };

    /// <summary>RabbitMQ, "Credentials and Passwords": salt (32 bits) and SHA-256 of salt and password, in Base64.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
