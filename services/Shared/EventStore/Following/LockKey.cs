using System.Security.Cryptography;
using System.Text;

namespace Pathways.EventStore.Following;

/// <summary>A key for advisory locks: the same in every process, whatever its version.</summary>
internal static class LockKey
{
    public static long Of(string name) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name)), 0);
}
