using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Telemetry;

/// <summary>A collector on a local socket that remembers the bodies of OTLP/HTTP exports.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, string? ContentType, byte[] Body)> _exports = new();

    private TaskCompletionSource _received = NewSignal();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public IEnumerable<string?> ContentTypes => _exports.Select(export => export.ContentType);

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            receiver._exports.Enqueue((context.Request.Path.Value!, context.Request.ContentType, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
            Interlocked.Exchange(ref receiver._received, NewSignal()).SetResult();
        });
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Every message at a path of field numbers in the exports to a path such as /v1/traces.</summary>
    public IReadOnlyList<ProtobufMessage> Find(string signal, params ReadOnlySpan<int> fields)
    {
        IEnumerable<ProtobufMessage> found = _exports.Where(export => export.Signal == signal).Select(export => new ProtobufMessage(export.Body)).ToList();
        foreach (var field in fields)
            found = found.SelectMany(message => message.Messages(field)).ToList();
        return [.. found];
    }

    /// <summary>
    /// The same as soon as there is a certain one. Of a host that stops, another thread may dispose of the services, and so send the
    /// last exports, when its own disposal has already ended.
    /// </summary>
    public async Task<IReadOnlyList<ProtobufMessage>> WaitForAsync(string signal, int[] fields, Func<ProtobufMessage, bool> isAwaited)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (true)
        {
            // Before looking, so that what comes meanwhile is not missed.
            var next = Volatile.Read(ref _received).Task;
            var found = Find(signal, fields);
            if (found.Any(isAwaited))
                return found;
            await next.WaitAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A protobuf message read without its schema.</summary>
internal sealed class ProtobufMessage
{
    private readonly ILookup<int, object> _fields;

    public ProtobufMessage(byte[] bytes)
    {
        var fields = new List<(int Number, object Value)>();
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            fields.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => input.ReadFixed32(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes(),
                var other => throw new InvalidDataException($"Wire type {other}."),
            }));
        }

        _fields = fields.ToLookup(field => field.Number, field => field.Value);
    }

    public IEnumerable<ProtobufMessage> Messages(int field) => _fields[field].OfType<ByteString>().Select(bytes => new ProtobufMessage(bytes.ToByteArray()));

    public string? Text(int field) => _fields[field].OfType<ByteString>().FirstOrDefault()?.ToStringUtf8();

    public string Hex(int field) => Convert.ToHexStringLower(_fields[field].OfType<ByteString>().FirstOrDefault()?.ToByteArray() ?? []);

    public ulong Number(int field) => _fields[field].OfType<ulong>().FirstOrDefault();

    public double Double(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    /// <summary>KeyValues { key [1], value [2] { string [1], int [3] } } of a field, as text.</summary>
    public IReadOnlyDictionary<string, string> Attributes(int field) => Messages(field).ToDictionary(
        pair => pair.Text(1)!,
        pair => pair.Messages(2).Select(value => value.Text(1) ?? value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture)).Single(),
        StringComparer.Ordinal);
}
