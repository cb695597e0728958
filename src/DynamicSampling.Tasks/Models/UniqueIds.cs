using System.Buffers;
using System.Numerics;

namespace DynamicSampling.Tasks.Models;

/// <summary>Finds an id that comes twice, with rented memory only.</summary>
internal static class UniqueIds
{
    public static void ThrowIfRepeated(ReadOnlySpan<ClassVolume> classes, string? name = "classes")
    {
        if (classes.Length < 2)
            return;
        // Open addressing, at most half full. Strings hash with a per-process seed, so nobody can aim at collisions.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)classes.Length * 2);
        var mask = size - 1;
        var slots = ArrayPool<long>.Shared.Rent(size);
        try
        {
            slots.AsSpan(0, size).Clear();
            for (var i = 0; i < classes.Length; i++)
            {
                var id = classes[i].Id;
                var hash = StringComparer.Ordinal.GetHashCode(id);
                // A slot holds the hash and the place plus one, so that most comparisons need not touch the other string.
                var entry = ((long)hash << 32) | (uint)(i + 1);
                var slot = hash & mask;
                while (slots[slot] is var taken and not 0)
                {
                    if ((int)(taken >> 32) == hash && string.Equals(classes[(int)(uint)taken - 1].Id, id, StringComparison.Ordinal))
                        throw new ArgumentException($"The id '{id}' comes twice.", name);
                    slot = (slot + 1) & mask;
                }

                slots[slot] = entry;
            }
        }
        finally
        {
            ArrayPool<long>.Shared.Return(slots);
        }
    }
}
