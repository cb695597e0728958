namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>What nobody should send, and somebody does.</summary>
internal static class Oddities
{
    /// <summary>Texts for names and values, before they are encoded. There are few, so that what is stored under them stays little.</summary>
    public static readonly string[] Texts =
    [
        "", " ", ".", "..", "...", "/", "//", "\\", "a/b", "../../etc/passwd", "..\\..\\windows", "%", "%2F", "%00", "%zz", "+", "*", "?", "#", "a?b#c&d=e", "_", "%_", "'", "''", "\"", "`",
        "'; DROP TABLE volumes; --", "' OR '1'='1", "\\'; SELECT pg_sleep(9); --", "$1", "@p0", ":name", "{0}", "{Organization}", "${jndi:ldap://x}", "%s%n%x", "<script>alert(1)</script>",
        "\0", "a\0b", "a\r\nSet-Cookie: a=b", "\t", "\u001B[31mred", "\u007F", "\u0085", "\u2028", "\u202Egnp", "\u200B", "\uFEFF", "\uFFFD", "\uFFFF", "e\u0301", "é", "🎉", "𝕏", "İ", "ß", "日本",
        "null", "true", "0", "-1", "NaN", "Infinity", "1e999", "undefined", "[object Object]", "__other__", "__proto__", "constructor",
        new('x', 200), new('x', 201), new('é', 5000), new('%', 300), new('[', 100), "2147483648", "9223372036854775808", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", "2026-11-22T10:00:00",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{01a204df-f73e-7a05-b34d-e3aacb60722e}",
    ];

    /// <summary>What stands in JSON where a value belongs, right or wrong. Texts are there as escapes, since some are none.</summary>
    public static readonly string[] JsonTokens =
    [
        "null", "true", "false", "0", "-0", "-1", "0.5", "1.0000000000000002", "1e15", "1e16", "1e308", "1e309", "-1e999", "4.9e-324", "2147483648", "9223372036854775808", "123456789012345678901234567890",
        "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "0x10", "1_000", "\"\"", "\"0\"", "\"NaN\"", "\"1e3\"", "{}", "[]", "[null]", "[[]]", "[{}]", "{\"\":0}", "{\"a\":{\"a\":{}}}",
        "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83c\\udf89\"", "\"\\uffff\"", "\"\\u\"", "\"\\x41\"", "\"\r\n\"", "'a'", "undefined", "/**/1", "// 1", "\"", "{", "[", "}", "]",
        "\"2026-11-22T16:00:00Z\"", "\"2026-11-22T16:00:00\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"2026-02-30T00:00:00Z\"", "\"24:00\"",
    ];

    /// <summary>Names of members that there are not, or that are written otherwise.</summary>
    public static readonly string[] JsonNames =
        ["\"\"", "\"extra\"", "\"$type\"", "\"$ref\"", "\"__proto__\"", "\"ID\"", "\"\\u0000\"", "\"\\ud800\"", "\"organization\"", "\"Total\"", "\"trace.x\"", "\"event.level\"", "extra", "'extra'", "1"];

    public static readonly string[] MediaTypes =
    [
        "application/json; charset=utf-8", "Application/JSON", "application/json;charset=utf-16", "application/json; charset=klingon", "application/json; charset=\"\"", "application/json;", "application/json; =",
        "application/json, application/json", "application/x-ndjson", "application/x-protobuf", "application/problem+json", "application/vnd.api+json", "text/json", "text/plain", "text/plain; charset=utf-7",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "*/*", "/", ";", "json", "", " ", "\u00FFx/y",
    ];

    public static readonly string[] Encodings = ["gzip", "GZIP", "x-gzip", "deflate", "br", "identity", "identity, gzip", "gzip, gzip", "zstd", "none", "", ","];

    public static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "QUERY", "FROB", "\u00FF"];

    /// <summary>Headers that the document does not tell of, with values that a server lets through.</summary>
    public static readonly (string Name, string[] Values)[] Headers =
    [
        ("Accept", ["*/*", "text/html", "application/xml;q=0.9, */*;q=0", "application/x-protobuf", ";;;", "application/json;q=NaN", new('a', 4000)]),
        ("Accept-Encoding", ["gzip", "br;q=1.0, *;q=0", "identity;q=0", "\u00FF"]),
        ("Accept-Language", ["de", "tlh-Latn", "*;q=2"]),
        ("Prefer", ["respond-async", "respond-async, wait=10", "Respond-Async;a=b", "wait=-1", "return=minimal", ",", "respond-async=\"", "respond-async, respond-async"]),
        ("Last-Event-ID", ["ended", "snapshot", "", "0", "\"ended\"", "ended,ended"]),
        ("Idempotency-Key", ["a", "a", "b", "\"c\"", "", " ", "a b", "é", new('k', 200), new('k', 201), "a,b", "'; --"]),
        ("If-Match", ["*", "\"\"", "W/\"a\"", "a", "\"a\", \"b\"", "*, \"a\"", "\"", "W/*", ",", "\"3a9557812feadd15\"", new('"', 999)]),
        ("If-None-Match", ["*", "\"a\"", "W/\"a\"", "a", "\"1-0\"", ",,", "\"", "\"a\" \"b\"", ""]),
        ("If-Modified-Since", ["Sun, 06 Nov 1994 08:49:37 GMT", "yesterday"]),
        ("Range", ["bytes=0-", "bytes=9-1", "bytes=-"]),
        ("Expect", ["100-continue", "200-ok"]),
        ("Content-Language", ["tlh"]),
        ("Cookie", ["a=b; c", "=;=;"]),
        ("Origin", ["null", "https://elsewhere.example"]),
        ("Authorization", ["Basic OjE=", "Bearer ", "Bearer a.b.c", "Digest username=\"'\""]),
        ("X-Forwarded-For", ["127.0.0.1", "' OR 1=1"]),
        ("X-HTTP-Method-Override", ["DELETE"]),
        ("traceparent", ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0-0-0", "ff", "00-zz"]),
        ("tracestate", ["a=b", ",,=,"]),
        ("baggage", ["a=b;c=d", "%zz=%"]),
        ("Content-Length", ["-1", "1e3"]),
    ];
}
