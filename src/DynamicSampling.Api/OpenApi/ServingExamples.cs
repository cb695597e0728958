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

    private const string Report =
        """
        {
          "service": "checkout", "client": "01a204df-f73e-7a05-b34d-e3aacb60722e", "sequence": 17, "sampler": "DynamicSampling.Sampler/1.0.0",
          "ratesTag": "\"3a9557812feadd15\"", "start": "2026-11-22T16:50:00.000Z", "end": "2026-11-22T16:50:10.000Z",
          "operations": [
            { "operation": "GET /cart", "total": 1200, "kept": 123, "rate": 0.1 },
            { "operation": "__other__", "total": 50, "kept": 5, "rate": 0.1 }
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

    private const string XRayRules =
        """
        {
          "SamplingRuleRecords": [
            {
              "SamplingRule": {
                "RuleName": "7a78b5f0743734cb19d625e83da4cad3", "RuleARN": "7a78b5f0743734cb19d625e83da4cad3", "Priority": 1, "FixedRate": 0.21, "ReservoirSize": 0,
                "ServiceName": "checkout", "ServiceType": "*", "Host": "*", "HTTPMethod": "GET", "URLPath": "/cart", "ResourceARN": "*",
                "Attributes": {}, "Version": 1
              },
              "CreatedAt": 0, "ModifiedAt": 0
            },
            {
              "SamplingRule": {
                "RuleName": "8455ccfcc23711e573138cb1b84b036d", "RuleARN": "8455ccfcc23711e573138cb1b84b036d", "Priority": 2, "FixedRate": 0.098, "ReservoirSize": 0,
                "ServiceName": "checkout", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "ResourceARN": "*",
                "Attributes": {}, "Version": 1
              },
              "CreatedAt": 0, "ModifiedAt": 0
            },
            {
              "SamplingRule": {
                "RuleName": "Default", "RuleARN": "Default", "Priority": 10000, "FixedRate": 0.1, "ReservoirSize": 0,
                "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "ResourceARN": "*",
                "Attributes": {}, "Version": 1
              },
              "CreatedAt": 0, "ModifiedAt": 0
            }
          ],
          "NextToken": null
        }
        """;

    private const string XRayStatistics =
        """
        {
          "SamplingStatisticsDocuments": [
            {
              "RuleName": "7a78b5f0743734cb19d625e83da4cad3", "ClientID": "0c9d4e1f7a2b8c3d5e6f7081", "Timestamp": 1795341605,
              "RequestCount": 1204, "SampledCount": 251, "BorrowCount": 0
            }
          ]
        }
        """;

    private const string XRayTargets =
        """
        {
          "SamplingTargetDocuments": [
            { "RuleName": "7a78b5f0743734cb19d625e83da4cad3", "FixedRate": 0.21, "ReservoirQuota": 0, "ReservoirQuotaTTL": 1795341615, "Interval": 10 }
          ],
          "LastRuleModification": 1795341482,
          "UnprocessedStatistics": []
        }
        """;

    public static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["PostReport"] = Report,
        ["PostReportOfOrganization"] = Report,
        ["ExportTraces"] = Traces,
        ["ExportTracesOfOrganization"] = Traces,
        ["GetSamplingTargets"] = XRayStatistics,
        ["GetSamplingTargetsOfOrganization"] = XRayStatistics,
        ["ExportMetrics"] = Metrics,
        ["ExportMetricsOfOrganization"] = Metrics,
    };

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["GetStrategy 200"] = Strategy,
        ["GetStrategyOfOrganization 200"] = Strategy,
        ["GetSamplingRules 200"] = XRayRules,
        ["GetSamplingRulesOfOrganization 200"] = XRayRules,
        ["GetSamplingTargets 200"] = XRayTargets,
        ["GetSamplingTargetsOfOrganization 200"] = XRayTargets,
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
        ["PostReport 200"] = """{ "taken": 2, "repeated": false }""",
        ["PostReportOfOrganization 200"] = """{ "taken": 2, "repeated": false }""",
        ["ListInstances 200"] =
            """
            {
              "items": [
                {
                  "client": "01a204df-f73e-7a05-b34d-e3aacb60722e", "sampler": "DynamicSampling.Sampler/1.0.0", "status": "obeying",
                  "message": "It follows the current rates, and its counts are exact.", "firstReportAt": "2026-11-22T09:12:10.000Z", "lastReportAt": "2026-11-22T10:00:10.000Z",
                  "ratesTag": "\"3a9557812feadd15\"", "seconds": 10, "total": 1250, "kept": 128
                }
              ],
              "next": null
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
                  "lastSpanAt": "2026-11-22T10:00:14.200Z", "checkedSpans": 412, "spansInLine": 412, "transactionsFolded": false, "instances": 0
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
