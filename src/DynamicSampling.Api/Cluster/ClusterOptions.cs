using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;

namespace DynamicSampling.Api.Cluster;

/// <summary>Which of several processes this is.</summary>
internal sealed class ClusterOptions
{
    public const string Section = "Cluster";

    /// <summary>The process's name: no two that share a database may have the same at a time.</summary>
    /// <value>1 to 100 letters, digits, dots, dashes and underscores. The default is the host's name and a random suffix.</value>
    [RegularExpression("[A-Za-z0-9._-]{1,100}", ErrorMessage = "Cluster:Node must be 1 to 100 letters, digits, dots, dashes and underscores.")]
    public string Node { get; set; } = DefaultName();

    private static string DefaultName()
    {
        var host = string.Concat(Environment.MachineName.Where(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-').Take(80));
        return $"{(host.Length == 0 ? "node" : host)}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
    }
}
