namespace DynamicSampling.Api.OpenApi;

/// <summary>OTLP, remote sampling, and the clients of both.</summary>
internal static class ServingExamples
{
    private const string Metrics =
        """
        {
          "resourceMetrics": [
            {
              "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "checkout" } }] },
              "scopeMetrics": [
                {
                  "metrics": [
                    {
                      "name": "http.server.request.duration", "unit": "s",
                      "histogram": {
                        "aggregationTemporality": 1,
                        "dataPoints": [
                          {
                            "startTimeUnixNano": "1795341540000000000", "timeUnixNano": "1795341600000000000", "count": "120", "sum": 4.2,
                            "attributes": [
                              { "key": "http.request.method", "value": { "stringValue": "GET" } },
                              { "key": "http.route", "value": { "stringValue": "/cart/{id}" } },
                              { "key": "http.response.status_code", "value": { "intValue": "200" } }
                            ]
                          }
                        ]
                      }
                    }
                  ]
                }
              ]
            }
          ]
        }
        """;

    private const string Traces =
        """
        {
          "resourceSpans": [
            {
              "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "checkout" } }] },
              "scopeSpans": [
                {
                  "spans": [
                    {
                      "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "GET /cart", "kind": 2,
                      "startTimeUnixNano": "1795341600000000000", "endTimeUnixNano": "1795341600250000000"
                    }
                  ]
                }
              ]
            }
          ]
        }
        """;

    private const string Strategy =
        """
        {
          "strategyType": "PROBABILISTIC",
          "probabilisticSampling": { "samplingRate": 0.098 },
          "operationSampling": {
            "defaultSamplingProbability": 0.098,
            "defaultLowerBoundTracesPerSecond": 0,
            "perOperationStrategies": [{ "operation": "GET /cart", "probabilisticSampling": { "samplingRate": 0.21 } }],
            "defaultUpperBoundTracesPerSecond": 0
          }
        }
        """;

    public static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["ExportTraces"] = Traces,
        ["ExportTracesOfOrganization"] = Traces,
        ["ExportMetrics"] = Metrics,
        ["ExportMetricsOfOrganization"] = Metrics,
    };

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["GetStrategy 200"] = Strategy,
        ["GetStrategyOfOrganization 200"] = Strategy,
        ["GetStrategies 200"] =
            """
            {
              "default_strategy": { "type": "probabilistic", "param": 0.1 },
              "service_strategies": [
                {
                  "service": "checkout", "type": "probabilistic", "param": 0.098,
                  "operation_strategies": [{ "operation": "GET /cart", "type": "probabilistic", "param": 0.21 }]
                }
              ]
            }
            """,
        ["ListClients 200"] =
            """
            {
              "version": 12,
              "items": [
                {
                  "service": "checkout", "status": "obeying", "message": "Of 412 root spans, 412 are in line with the rates that were served.",
                  "lastPollAt": "2026-11-22T10:00:12.000Z", "pollIntervalSeconds": 60, "pollers": 3, "version": 12,
                  "lastSpanAt": "2026-11-22T10:00:14.200Z", "checkedSpans": 412, "spansInLine": 412, "transactionsFolded": false
                }
              ],
              "next": null
            }
            """,
    };

    /// <summary>Answers to metrics.</summary>
    public static string? OfMetrics(string status) => status switch
    {
        "200" => """{ "partialSuccess": { "rejectedDataPoints": "2", "errorMessage": "Some data points were not counted, the others were. 2: their temporality is neither delta nor cumulative." } }""",
        "503" => """{ "code": 14, "message": "The disk that the database file is on is full. Make room; the service goes on by itself. Nothing was acknowledged: send it again." }""",
        _ => OfTraces(status),
    };

    /// <summary>Answers to traces.</summary>
    public static string? OfTraces(string status) => status switch
    {
        "200" => """{ "partialSuccess": { "rejectedSpans": "1", "errorMessage": "Root spans are counted that started in the last 2 days, and at most 5 minutes ahead of this server's clock; these were not." } }""",
        "400" => """{ "code": 3, "message": "The message ends inside a field. Nothing was counted." }""",
        "413" => """{ "code": 8, "message": "The body is larger than 67108864 bytes, before or after it is decompressed (Ingest:MaxBodyBytes). Send smaller batches." }""",
        "415" => """{ "code": 3, "message": "The content encoding 'br' is not supported; send gzip, or the body as it is." }""",
        "503" => """{ "code": 14, "message": "Counts pile up because they cannot be stored; the spans were not counted. Send them again later." }""",
        _ => null,
    };
}
