using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// The root spans of one body, taken over from it: nothing is counted before the whole body is known to be good. Reused from request to
/// request.
/// </summary>
internal sealed class RootSpanList : IRootSpans
{
    private const int KeptSpans = 16 * 1024;
    private const int KeptCharacters = 512 * 1024;

    private Item[] _spans = new Item[64];
    private Group[] _groups = new Group[4];
    private char[] _text = new char[4096];
    private int _groupCount;
    private int _textLength;

    /// <summary>How many root spans there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many root spans there may be.</summary>
    public int MaxCount { get; set; } = int.MaxValue;

    /// <summary>Resources with root spans, each with the spans up to the next one's.</summary>
    public int GroupCount => HasEmptyGroup ? _groupCount - 1 : _groupCount;

    // The last one that began, until it has a root span.
    private bool HasEmptyGroup => _groupCount > 0 && _groups[_groupCount - 1].FirstSpan == Count;

    public ReadOnlySpan<Item> SpansOf(int group) =>
        _spans.AsSpan(_groups[group].FirstSpan..(group + 1 < _groupCount ? _groups[group + 1].FirstSpan : Count));

    public ReadOnlySpan<char> ServiceOf(int group) => Read(_groups[group].Service);

    /// <summary>The release; empty when the resource does not say.</summary>
    public ReadOnlySpan<char> ReleaseOf(int group) => Read(_groups[group].Release);

    /// <summary>The environment; empty when the resource does not say.</summary>
    public ReadOnlySpan<char> EnvironmentOf(int group) => Read(_groups[group].Environment);

    public ReadOnlySpan<char> NameOf(in Item span) => Read(span.Name);

    public void Begin(in SpanResource resource)
    {
        // A resource without root spans gives its place to the next.
        if (HasEmptyGroup)
        {
            // Its text, too: it is the last that was written.
            _textLength = _groups[_groupCount - 1].Service.Start;
        }
        else
        {
            if (_groupCount == _groups.Length)
                Array.Resize(ref _groups, _groups.Length * 2);
            _groupCount++;
        }

        _groups[_groupCount - 1] = new(
            Count,
            Write(resource.Service, OtlpNames.UnknownService),
            resource.Release.IsEmpty ? default : Write(resource.Release, ""),
            resource.Environment.IsEmpty ? default : Write(resource.Environment, ""));
    }

    public void Add(in RootSpan span)
    {
        if (Count >= MaxCount)
            throw new InvalidOtlpException("The spans are so many and so short that they cannot have ids.");
        if (Count == _spans.Length)
            Array.Resize(ref _spans, _spans.Length * 2);
        _spans[Count++] = new(span.Identity, span.StartNanoseconds, span.Probability, Write(span.Name, OtlpNames.UnknownTransaction));
    }

    /// <summary>Forgets everything, and memory that only a very large body needed.</summary>
    public void Clear()
    {
        (Count, _groupCount, _textLength) = (0, 0, 0);
        if (_spans.Length > KeptSpans)
            _spans = new Item[64];
        if (_groups.Length > KeptSpans)
            _groups = new Group[4];
        if (_text.Length > KeptCharacters)
            _text = new char[4096];
    }

    private ReadOnlySpan<char> Read(Text text) => _text.AsSpan(text.Start, text.Length);

    private Text Write(ReadOnlySpan<byte> utf8, string unknown)
    {
        if (_text.Length - _textLength < OtlpNames.BufferLength)
            Array.Resize(ref _text, _text.Length * 2);
        var buffer = _text.AsSpan(_textLength);
        var name = OtlpNames.Decode(utf8, unknown, buffer);
        if (!name.Overlaps(buffer))
            name.CopyTo(buffer);
        var text = new Text(_textLength, name.Length);
        _textLength += name.Length;
        return text;
    }

    /// <summary>A root span.</summary>
    /// <param name="Identity">The span; the default value when the body does not say.</param>
    /// <param name="StartNanoseconds">When it started, since the Unix epoch; 0 when that is not known.</param>
    /// <param name="Probability">The probability with which the client kept it; null when it does not say.</param>
    /// <param name="Name">Where the name is.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Item(SpanIdentity Identity, ulong StartNanoseconds, double? Probability, Text Name);

    /// <summary>A stretch of the list's text.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Text(int Start, int Length);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Group(int FirstSpan, Text Service, Text Release, Text Environment);
}
