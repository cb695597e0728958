using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace DynamicSampling.Dashboard.Assets;

/// <summary>A style sheet, a script or a picture. Its name has a part of its hash in it, so browsers may keep it for good.</summary>
public sealed class Asset
{
    private Asset(string name, string extension, string mediaType, byte[] content)
    {
        FileName = $"{name}-{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}.{extension}";
        MediaType = mediaType;
        Content = content;
        Brotli = Compress(content);
    }

    public static Asset Style { get; } = new("dashboard", "css", "text/css; charset=utf-8", Join("css/"));

    public static Asset Script { get; } = new("dashboard", "js", "text/javascript; charset=utf-8", Join("js/"));

    public static Asset Icon { get; } = new("icon", "svg", "image/svg+xml", Join("icon.svg"));

    public static IReadOnlyList<Asset> All { get; } = [Style, Script, Icon];

    public string FileName { get; }

    public string MediaType { get; }

    public byte[] Content { get; }

    /// <summary>The content, compressed once for all requests.</summary>
    public byte[] Brotli { get; }

    // Files of a folder become one, in the order of their names.
    private static byte[] Join(string prefix)
    {
        var assembly = typeof(Asset).Assembly;
        var joined = new StringBuilder();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            joined.Append(reader.ReadToEnd());
        }

        return Encoding.UTF8.GetBytes(joined.ToString());
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.SmallestSize))
            brotli.Write(content);
        return compressed.ToArray();
    }
}
