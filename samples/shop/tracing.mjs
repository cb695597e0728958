// What a service adds to be sampled dynamically: the stock SDK and the stock remote sampler. No endpoint is set for the exporter:
// http://localhost:4318 is where it looks by itself, and where DynamicSampling listens.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { JaegerRemoteSampler } from '@opentelemetry/sampler-jaeger-remote';
import { AlwaysOnSampler, BatchSpanProcessor, NodeTracerProvider, ParentBasedSampler } from '@opentelemetry/sdk-trace-node';

export function startTracing(serviceName) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': '1.0.0' }),
    sampler: new ParentBasedSampler({
      root: new JaegerRemoteSampler({
        endpoint: 'http://localhost:5778',
        serviceName,
        // Milliseconds. A minute is usual; a demo should not take that long.
        poolingInterval: 5_000,
        // Until the first answer everything is kept: DynamicSampling takes a service that has not asked yet for one that does so.
        initialSampler: new AlwaysOnSampler(),
      }),
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(), { maxQueueSize: 8192, scheduledDelayMillis: 1_000 })],
  });
  provider.register();
  return provider;
}
