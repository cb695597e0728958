// Services that are traced by the SDK as it comes, and do what they are told: commands are lines of JSON on stdin, and each is answered
// by a line of JSON on stdout.
//   {"do":"start","services":[{"name","version","environment","exporter":"proto"|"json","url","compression","sampling":{"endpoint","interval"},"seed"}]}
//     Without url the exporter asks the environment. With a seed the trace ids are always the same, nothing is dropped however much comes,
//     and fewer than 2000 spans wait for the next flush.
//   {"do":"traces","of":[{"service","operation","count","children"}]}   makes traces, one operation after another in turns
//   {"do":"flush"}    waits until all is sent; answers what was created and exported so far, by service and operation
//   {"do":"poll","times":1}   waits until each service has polled so often, and has taken the answer in
//   {"do":"rates","service"}  answers which ratio the sampler has for each operation, and as default or, without operations, as root
import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import { setImmediate as breathe } from 'node:timers/promises';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { JaegerRemoteSampler } from '@opentelemetry/sampler-jaeger-remote';
import { AlwaysOnSampler, BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const services = new Map();
const polls = new Map();

// fetch tells of its requests; the sampler itself does not.
subscribe('undici:request:create', ({ request }) => {
  const service = /\/sampling\?service=(.*)$/.exec(request.path)?.[1];
  if (service)
    polls.set(service, (polls.get(service) ?? 0) + 1);
});

function start({ services: described }) {
  for (const { name, version, environment, exporter, url, compression, sampling, seed } of described) {
    const counted = new CountingExporter(new (exporter === 'json' ? JsonExporter : ProtobufExporter)({
      ...(url && { url }),
      ...(compression && { compression }),
      ...(seed !== undefined && { concurrencyLimit: 10_000 }),
    }));
    const sampler = sampling && new JaegerRemoteSampler({
      endpoint: sampling.endpoint,
      serviceName: name,
      poolingInterval: sampling.interval,
      initialSampler: new AlwaysOnSampler(),
    });
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({
        'service.name': name,
        ...(version && { 'service.version': version }),
        ...(environment && { 'deployment.environment.name': environment }),
      }),
      spanProcessors: [new BatchSpanProcessor(counted, seed === undefined ? {} : { maxQueueSize: 10_000_000, maxExportBatchSize: 2000, scheduledDelayMillis: 60_000 })],
      ...(sampler && { sampler }),
      ...(seed !== undefined && { idGenerator: new SeededIds(seed) }),
    });
    services.set(name, { provider, tracer: provider.getTracer('traffic'), sampler, counted, created: {} });
  }

  return {};
}

async function traces({ of }) {
  const left = of.map(item => ({ ...item, left: item.count }));
  for (let made = 0; left.some(item => item.left > 0);) {
    for (const item of left) {
      if (item.left-- <= 0)
        continue;
      makeTrace(services.get(item.service), item.operation, item.children ?? 0);
      // The sampler polls and the exporter sends meanwhile.
      if (++made % 250 === 0)
        await breathe();
    }
  }

  return {};
}

function makeTrace({ tracer, created }, operation, children) {
  const root = tracer.startSpan(operation, { kind: SpanKind.SERVER }, ROOT_CONTEXT);
  for (let parent = root, i = 0; i < children; i++) {
    const child = tracer.startSpan(`${operation} ${i}`, { kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, parent));
    child.end();
    parent = child;
  }

  root.end();
  created[operation] = (created[operation] ?? 0) + 1;
}

async function flush() {
  const answer = {};
  for (const [name, { provider, counted, created }] of services) {
    await provider.forceFlush();
    // The processor does not wait for the batch that was under way already.
    await counted.sent();
    answer[name] = { created, exported: counted.exported, failures: counted.failures };
  }

  return answer;
}

async function poll({ times }) {
  // The sampler sends no request before it has dealt with the answer to the one before.
  const sampled = [...services].filter(([, { sampler }]) => sampler).map(([name]) => [name, (polls.get(name) ?? 0) + times + 1]);
  while (sampled.some(([name, until]) => (polls.get(name) ?? 0) < until))
    await new Promise(resolve => setTimeout(resolve, 10));
  return {};
}

function rates({ service }) {
  // …PerOperationSampler{default=TraceIdRatioBased{0.25}, perOperationSamplers={GET /a=TraceIdRatioBased{1},GET /b=TraceIdRatioBased{0.5}}…
  const ratios = services.get(service).sampler.toString().matchAll(/(?<=[{,] ?)([^{},=]+)=TraceIdRatioBased\{([^}]+)\}/g);
  return Object.fromEntries([...ratios].map(([, operation, ratio]) => [operation, Number(ratio)]));
}

// Counts the roots that the server took.
class CountingExporter {
  exported = {};
  failures = [];
  #pending = new Set();

  constructor(exporter) {
    this.exporter = exporter;
  }

  export(spans, done) {
    const sent = new Promise(resolve => {
      this.exporter.export(spans, result => {
        if (result.error || result.code !== 0)
          this.failures.push(String(result.error ?? result.code));
        else
          this.#count(spans);
        done(result);
        resolve();
      });
    });
    this.#pending.add(sent);
    sent.then(() => this.#pending.delete(sent));
  }

  async sent() {
    while (this.#pending.size > 0)
      await Promise.all(this.#pending);
  }

  shutdown() {
    return this.exporter.shutdown();
  }

  forceFlush() {
    return this.exporter.forceFlush();
  }

  #count(spans) {
    for (const { name, parentSpanContext } of spans) {
      if (!parentSpanContext)
        this.exported[name] = (this.exported[name] ?? 0) + 1;
    }
  }
}

// Ids that are random and the same each time: xoshiro128**.
class SeededIds {
  #state;

  constructor(seed) {
    // Marsaglia's xorshift spreads the seed over the state.
    let value = (seed + 1) * 0x9E3779B9 >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      value ^= value << 13;
      value ^= value >>> 17;
      value ^= value << 5;
      return value;
    });
  }

  generateTraceId() {
    return this.#hex() + this.#hex() + this.#hex() + this.#hex();
  }

  generateSpanId() {
    return this.#hex() + this.#hex();
  }

  #hex() {
    return this.#next().toString(16).padStart(8, '0');
  }

  #next() {
    const s = this.#state;
    const product = Math.imul(s[1], 5);
    const result = Math.imul(product << 7 | product >>> 25, 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = s[3] << 11 | s[3] >>> 21;
    return result;
  }
}

const commands = { start, traces, flush, poll, rates };

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...command } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[name](command))}\n`);
}

for (const { provider } of services.values())
  await provider.shutdown();
process.exit(0);
