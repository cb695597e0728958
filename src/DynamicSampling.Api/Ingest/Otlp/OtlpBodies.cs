using System.Buffers;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Limits;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>Reads request bodies into memory, whole and decompressed, within a limit for each, for those of an organization and for all.</summary>
internal sealed class OtlpBodies(IOptions<IngestOptions> options, IOptions<LimitsOptions> limits)
{
    private const int FirstBuffer = 64 * 1024;

    // What a client says of the length is believed up to here.
    private const int LargestFirstBuffer = 1024 * 1024;

    private readonly Lock _gate = new();

    // Those that have bodies now.
    private readonly Dictionary<string, Buffered> _organizations = new(StringComparer.Ordinal);
    private long _buffered;

    /// <summary>Reads a body.</summary>
    /// <exception cref="BadHttpRequestException">It is of no type that is known, too large, or ends early.</exception>
    /// <exception cref="InvalidOtlpException">It cannot be decompressed.</exception>
    /// <exception cref="IngestFullException">Others take up all the memory that there is for bodies, or for those of the organization.</exception>
    public async ValueTask<OtlpBody> ReadAsync(HttpRequest request, string organization, CancellationToken cancellationToken)
    {
        if (OtlpAnswers.IsProtobuf(request) is not { } isProtobuf)
            throw new BadHttpRequestException($"Send Content-Type: {OtlpAnswers.Protobuf} or {OtlpAnswers.Json}.", StatusCodes.Status415UnsupportedMediaType);
        var isCompressed = IsCompressed(request);
        var first = Math.Clamp((request.ContentLength ?? 0) + 1, isCompressed ? FirstBuffer : 256, LargestFirstBuffer);
        var body = new OtlpBody(this, organization, (int)Math.Min(first, options.Value.MaxBodyBytes + 1)) { IsProtobuf = isProtobuf };
        try
        {
            if (isCompressed)
            {
                await using var decompressed = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
                await ReadAsync(decompressed, body, cancellationToken);
            }
            else
            {
                await ReadAsync(request.Body, body, cancellationToken);
            }

            return body;
        }
        catch (InvalidDataException exception)
        {
            body.Dispose();
            throw new InvalidOtlpException("The body is not gzip, as its Content-Encoding says.", exception);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static bool IsCompressed(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            return true;
        return encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? false
            : throw new BadHttpRequestException(
                $"The content encoding '{encoding}' is not supported; send gzip, or the body as it is.", StatusCodes.Status415UnsupportedMediaType);
    }

    private async ValueTask ReadAsync(Stream stream, OtlpBody body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await stream.ReadAsync(body.Free, cancellationToken);
            if (read == 0)
                return;
            body.Advance(read);
            if (body.Length > options.Value.MaxBodyBytes)
                throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
            if (body.Free.IsEmpty)
                body.Grow(options.Value.MaxBodyBytes + 1);
        }
    }

    private void Reserve(string organization, int bytes, bool isNew)
    {
        lock (_gate)
        {
            ref var mine = ref CollectionsMarshal.GetValueRefOrAddDefault(_organizations, organization, out var isKnown);
            // A body that is the only one of its organization may be as large as any.
            var hasShare = mine.Bodies == (isNew ? 0 : 1) || mine.Bytes + bytes <= limits.Value.ShareOf(options.Value.MaxBufferedBytes);
            if (hasShare && _buffered + bytes <= options.Value.MaxBufferedBytes)
            {
                _buffered += bytes;
                mine = new(mine.Bodies + (isNew ? 1 : 0), mine.Bytes + bytes);
                return;
            }

            if (!isKnown)
                _organizations.Remove(organization);
            throw new IngestFullException(hasShare
                ? "Too many large requests are being read at once (Ingest:MaxBufferedBytes); nothing of this one was counted. Send it again later."
                : $"Too many large requests of organization '{organization}' are being read at once, more than its share (Limits:ShareOfOne) of Ingest:MaxBufferedBytes; nothing of this one was counted. Send it again later.");
        }
    }

    private void Release(string organization, int bytes, bool isLast)
    {
        lock (_gate)
        {
            _buffered -= bytes;
            ref var mine = ref CollectionsMarshal.GetValueRefOrNullRef(_organizations, organization);
            mine = new(mine.Bodies - (isLast ? 1 : 0), mine.Bytes - bytes);
            if (mine.Bodies == 0)
                _organizations.Remove(organization);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Buffered(int Bodies, long Bytes);

    /// <summary>A body in memory.</summary>
    internal sealed class OtlpBody : IDisposable
    {
        private readonly OtlpBodies _owner;
        private readonly string _organization;
        private byte[] _bytes;
        private int _reserved;

        public OtlpBody(OtlpBodies owner, string organization, int capacity)
        {
            _owner = owner;
            _organization = organization;
            _reserved = Rented(capacity);
            owner.Reserve(organization, _reserved, isNew: true);
            _bytes = ArrayPool<byte>.Shared.Rent(capacity);
        }

        /// <summary>Whether it is in protobuf; else in JSON.</summary>
        public required bool IsProtobuf { get; init; }

        public int Length { get; private set; }

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

        /// <summary>Where to read to.</summary>
        public Memory<byte> Free => _bytes.AsMemory(Length);

        public void Advance(int bytes) => Length += bytes;

        public void Grow(long most)
        {
            var capacity = (int)Math.Min(Math.Min(_bytes.Length * 2L, Array.MaxLength), Math.Max(most, _bytes.Length + 1L));
            var reserved = Rented(capacity);
            // For a moment there are both.
            _owner.Reserve(_organization, reserved, isNew: false);
            var larger = ArrayPool<byte>.Shared.Rent(capacity);
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
            _owner.Release(_organization, _reserved, isLast: false);
            _reserved = reserved;
        }

        // The pool has arrays of these sizes.
        private static int Rented(int capacity) => (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)capacity), Array.MaxLength);

        public void Dispose()
        {
            if (_reserved == 0)
                return;
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            Length = 0;
            _owner.Release(_organization, _reserved, isLast: true);
            _reserved = 0;
        }
    }
}
