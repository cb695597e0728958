using System.Security.Cryptography;
using System.Text;

namespace DynamicSampling.Api.Ingest.XRay;

/// <summary>
/// Finds what clients have reported before, since proxies repeat what they got no answer for. It remembers the latest by a hash, so it takes up the
/// same room whatever clients are called.
/// </summary>
internal sealed class RepeatedStatistics
{
    /// <summary>How many documents are remembered at least, once so many have come; twice as many at most, which takes up to 10 MiB.</summary>
    private const int Remembered = 100_000;

    private readonly Lock _gate = new();
    private HashSet<Int128> _newer = [];
    private HashSet<Int128> _older = [];

    /// <summary>What is remembered of a document.</summary>
    public static Int128 HashOf(string organization, SamplingStatisticsDocument document)
    {
        // Clients say when to the second, and may report twice in one: what they counted tells those apart, and is the same when it is repeated.
        // No name of an organization has a line feed in it; the lengths tell the other two apart.
        var text = $"{organization}\n{document.ClientID.Length}\n{document.ClientID}{document.RuleName}\n{document.At}\n{document.RequestCount}\n{document.Kept}";
        return System.Buffers.Binary.BinaryPrimitives.ReadInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Remembers a document; false if it was remembered already.</summary>
    public bool TryAdd(Int128 hash)
    {
        lock (_gate)
        {
            if (_older.Contains(hash) || !_newer.Add(hash))
                return false;
            if (_newer.Count >= Remembered)
            {
                (_older, _newer) = (_newer, _older);
                _newer.Clear();
            }

            return true;
        }
    }

    /// <summary>Forgets documents that could not be stored: when they come again, they are new.</summary>
    public void Forget(IEnumerable<Int128> hashes)
    {
        lock (_gate)
        {
            foreach (var hash in hashes)
            {
                _newer.Remove(hash);
                _older.Remove(hash);
            }
        }
    }
}
