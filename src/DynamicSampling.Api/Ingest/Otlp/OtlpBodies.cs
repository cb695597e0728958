using System.Buffers;
using System.IO.Compression;
using System.Numerics;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>Reads request bodies into memory, whole and decompressed, within a limit for each and one for all.</summary>
internal sealed class OtlpBodies(IOptions<IngestOptions> options)
{
    private const int FirstBuffer = 64 * 1024;

    // What a client says of the length is believed up to here.
    private const int LargestFirstBuffer = 1024 * 1024;

    private long _buffered;

    /// <summary>Reads a body.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, or ends early.</exception>
    /// <exception cref="InvalidOtlpException">It cannot be decompressed.</exception>
    /// <exception cref="IngestFullException">Others take up all the memory that there is for bodies.</exception>
    public async ValueTask<OtlpBody> ReadAsync(HttpRequest request, bool isCompressed, CancellationToken cancellationToken)
    {
        var first = Math.Clamp((request.ContentLength ?? 0) + 1, isCompressed ? FirstBuffer : 256, LargestFirstBuffer);
        var body = new OtlpBody(this, (int)Math.Min(first, options.Value.MaxBodyBytes + 1));
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

    private void Reserve(int bytes)
    {
        if (Interlocked.Add(ref _buffered, bytes) <= options.Value.MaxBufferedBytes)
            return;
        Release(bytes);
        throw new IngestFullException("Too many large requests are being read at once; nothing of this one was counted. Send it again later.");
    }

    private void Release(int bytes) => Interlocked.Add(ref _buffered, -bytes);

    /// <summary>A body in memory.</summary>
    internal sealed class OtlpBody : IDisposable
    {
        private readonly OtlpBodies _owner;
        private byte[] _bytes;
        private int _reserved;

        public OtlpBody(OtlpBodies owner, int capacity)
        {
            _owner = owner;
            _reserved = Rented(capacity);
            owner.Reserve(_reserved);
            _bytes = ArrayPool<byte>.Shared.Rent(capacity);
        }

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
            _owner.Reserve(reserved);
            var larger = ArrayPool<byte>.Shared.Rent(capacity);
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
            _owner.Release(_reserved);
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
            _owner.Release(_reserved);
            _reserved = 0;
        }
    }
}
