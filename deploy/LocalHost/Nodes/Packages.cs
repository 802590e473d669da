namespace Pathways.LocalHost.Nodes;

/// <summary>Where Debian's packages put their programs.</summary>
public static class Packages
{
    public const string RabbitServer = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    public static string Postgres(string program)
    {
        var newest = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var v) ? v : 0).FirstOrDefault()
            : null;
        return newest is null ? throw new MissingPackageException("postgresql-15") : Path.Combine(newest, "bin", program);
    }

    public static string Find(string package, params string[] places)
        => places.FirstOrDefault(File.Exists) ?? throw new MissingPackageException(package);
}

public sealed class MissingPackageException(string package)
    : Exception($"Debian's package {package} is not installed: apt-get install -y --no-install-recommends {package}");
