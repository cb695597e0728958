namespace DynamicSampling.Api.OpenApi;

/// <summary>Several processes, and what they answer while their database cannot be used.</summary>
internal static class ClusterExamples
{
    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["GetCluster 200"] =
            """
            {
              "storage": "postgres",
              "node": "node-1",
              "nodes": [
                {
                  "node": "node-1", "status": "alive", "host": "sampling-1", "processId": 10312, "version": "0.1.0",
                  "startedAt": "2026-11-24T20:02:16.738Z", "lastCheckIn": "2026-11-24T20:02:33.851Z"
                },
                {
                  "node": "node-2", "status": "alive", "host": "sampling-2", "processId": 10315, "version": "0.1.0",
                  "startedAt": "2026-11-24T20:02:16.373Z", "lastCheckIn": "2026-11-24T20:02:34.532Z"
                }
              ],
              "shards": [
                {
                  "shard": "0/2", "epoch": 3, "node": "node-1", "run": "01a20f27-17fd-7542-bdc1-c45fc5153fb2", "status": "completed",
                  "startedAt": "2026-11-24T20:02:30.014Z", "seconds": 0.0073942
                },
                {
                  "shard": "1/2", "epoch": 3, "node": "node-2", "run": "01a20f27-1a6a-7c8f-a243-e6968234c1d1", "status": "running",
                  "startedAt": "2026-11-24T20:02:32.635Z", "seconds": 0.2189238
                }
              ]
            }
            """,
        ["PostVolumes 503"] =
            """
            {
              "title": "Service Unavailable", "status": 503,
              "detail": "The PostgreSQL server cannot be reached: Connection refused. The service goes on by itself when it can. Nothing was acknowledged: send it again, with the same Idempotency-Key if it has one."
            }
            """,
    };
}
