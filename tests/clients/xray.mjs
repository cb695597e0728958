// A service under the sampler of AWS X-Ray as it comes: commands are lines of JSON on stdin, and each is answered by a line of JSON on stdout.
//   {"do":"start","service","endpoint","url"}   starts it; answers when it has its rules. To url it exports what it keeps, at "flush"
//   {"do":"requests","of":[{"method","path","route","count","children"}]}   makes a trace for each; without a method one that begins with no request
//   {"do":"report","own":false}   reports what it has counted, or with own waits until the sampler does so by itself (every 10 seconds), and has taken
//     the answer in, and then the rules when the answer says that they have changed
//   {"do":"rules"}    answers the rules that it has, in the order in which it tries them: service, method, path, rate
//   {"do":"flush"}    waits until all is sent; answers what was created and kept so far, by operation
import { createInterface } from 'node:readline';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AWSXRayRemoteSampler, _AWSXRayRemoteSampler } from '@opentelemetry/sampler-aws-xray';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const asked = { rules: 0, targets: 0 };
const taken = { rules: 0, targets: 0 };
const created = {};
const kept = {};
let sampler;
let provider;
let tracer;

// The sampler does not tell of its requests, nor of what became of them.
const { prototype } = _AWSXRayRemoteSampler;
for (const [kind, ask, take] of [['rules', 'getAndUpdateSamplingRules', 'updateSamplingRules'], ['targets', 'getAndUpdateSamplingTargets', 'updateSamplingTargets']]) {
  const [asks, takes] = [prototype[ask], prototype[take]];
  prototype[ask] = function () {
    asked[kind]++;
    asks.call(this);
  };
  prototype[take] = function (answer) {
    takes.call(this, answer);
    taken[kind]++;
  };
}

async function start({ service, endpoint, url }) {
  const resource = resourceFromAttributes({ 'service.name': service });
  const root = new AWSXRayRemoteSampler({ resource, endpoint });
  sampler = root.internalXraySampler;
  provider = new NodeTracerProvider({
    resource,
    sampler: root,
    // Nothing is sent before it is asked for: a full batch would be.
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }), { maxQueueSize: 10_000_000, maxExportBatchSize: 10_000_000, scheduledDelayMillis: 600_000 })],
  });
  tracer = provider.getTracer('xray');
  await settled();
  return {};
}

// What is counted between a report and its answer is lost in this sampler: both are taken in before there is more.
async function settled() {
  while (taken.rules < asked.rules || taken.targets < asked.targets)
    await new Promise(resolve => setTimeout(resolve, 10));
}

async function requests({ of }) {
  await settled();
  for (const { method, path, route, count, children } of of) {
    const name = method ? `${method} ${route}` : route;
    for (let i = 0; i < count; i++) {
      const attributes = method ? { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http', 'server.address': 'shop.example' } : {};
      const span = tracer.startSpan(name, { kind: method ? SpanKind.SERVER : SpanKind.INTERNAL, attributes }, ROOT_CONTEXT);
      for (let child = 0; child < (children ?? 0); child++)
        tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes: { 'http.request.method': 'GET', 'url.full': 'http://stock.example/cart' } }, trace.setSpan(ROOT_CONTEXT, span)).end();
      created[name] = (created[name] ?? 0) + 1;
      kept[name] = (kept[name] ?? 0) + (span.isRecording() ? 1 : 0);
      span.end();
    }
  }

  return {};
}

async function report({ own }) {
  await settled();
  const before = asked.targets;
  if (!own)
    sampler.getAndUpdateSamplingTargets();
  while (asked.targets === before)
    await new Promise(resolve => setTimeout(resolve, 10));
  await settled();
  return { rulesFetched: asked.rules };
}

function rules() {
  return sampler.ruleCache.ruleAppliers.map(({ samplingRule, fixedRateSampler }) => ({
    service: samplingRule.ServiceName, method: samplingRule.HTTPMethod, path: samplingRule.URLPath, rate: fixedRateSampler._ratio,
  }));
}

async function flush() {
  await provider.forceFlush();
  return { created, kept };
}

const commands = { start, requests, report, rules, flush };

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...command } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[name](command))}\n`);
}

process.exit(0);
