// Records what real clients send: every exporter gets the same few spans and sends them to a recorder here, which writes the bodies
// down under tests/bodies. See the README there.
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { context, createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, NodeTracerProvider, SamplingDecision, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

const bodies = fileURLToPath(new URL('../bodies/', import.meta.url));
const start = Date.UTC(2026, 10, 22, 10);

// Ids that count up, so that recording again gives the same bodies.
let traces = 0;
let spans = 0;
const idGenerator = {
  generateTraceId: () => `4bf92f3577b34da6a3ce929d${(++traces).toString(16).padStart(8, '0')}`,
  generateSpanId: () => `00f067aa${(++spans).toString(16).padStart(8, '0')}`,
};

// The tracer of a service whose sampler writes the threshold 8 (one in two) into the trace state, if it is asked to.
function service(attributes, traceState) {
  const memory = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    idGenerator,
    resource: resourceFromAttributes(attributes),
    sampler: { shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED, traceState: traceState && createTraceState(traceState) }) },
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  return { tracer: (name, version) => provider.getTracer(name, version), finished: () => memory.getFinishedSpans() };
}

function span(tracer, name, parent, options = {}, during = () => {}) {
  const started = tracer.startSpan(name, { startTime: start + spans, ...options }, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT);
  during(started);
  started.end(start + spans + 25);
  return started;
}

function shop() {
  const checkout = service({
    'service.name': 'checkout',
    'service.version': '2.7.1',
    'deployment.environment.name': 'production',
    'telemetry.sdk.language': 'nodejs',
    'process.pid': 4711,
    'process.command_args': ['node', 'server.mjs'],
  });
  const http = checkout.tracer('@opentelemetry/instrumentation-http', '0.223.1');
  const database = checkout.tracer('@opentelemetry/instrumentation-pg', '0.223.1');
  const order = span(http, 'GET /orders/{id}', null, {
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/orders/{id}',
      'http.response.status_code': 200,
      'url.path': '/orders/12 "quoted" \\ slashed',
      'client.address': '192.0.2.7',
      'app.ratio': 0.25,
      'app.cached': false,
      'app.tags': ['a', 'ü', '東京'],
    },
  }, it => it.addEvent('cache.miss', { 'cache.key': 'order:12' }, start + 3));
  const query = span(database, 'SELECT shop.orders', order, { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT *\nFROM "orders"\nWHERE id = $1' } });
  span(database, 'connect', query, { kind: SpanKind.CLIENT });
  span(http, 'Überweisung → 東京 🛒', null, { kind: SpanKind.SERVER, links: [{ context: order.spanContext(), attributes: { why: 'retry' } }] }, it => {
    it.recordException({ name: 'TypeError', message: 'x is undefined', stack: 'TypeError: x is undefined\n    at f (server.mjs:7:9)' }, start + 7);
    it.setStatus({ code: SpanStatusCode.ERROR, message: 'x is undefined' });
  });
  span(http, 'POST "/carts"\\new', null, { kind: SpanKind.SERVER });
  span(http, 'sampled as Jaeger does', null, { attributes: { 'sampler.type': 'probabilistic', 'sampler.param': 0.125 } });
  const remote = { traceId: idGenerator.generateTraceId(), spanId: idGenerator.generateSpanId(), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  http.startSpan('called from elsewhere', { kind: SpanKind.SERVER, startTime: start + 50 }, trace.setSpanContext(ROOT_CONTEXT, remote)).end(start + 60);
  return checkout.finished();
}

function twoServices() {
  const halved = service({ 'service.name': 'search', 'deployment.environment': 'staging' }, 'vendor=1,ot=th:8;rv:0123456789abcd');
  const nameless = service({});
  const search = span(halved.tracer('search'), 'search', null, { kind: SpanKind.SERVER });
  span(halved.tracer('search'), 'rank', search);
  span(nameless.tracer('cron'), 'nightly', null);
  return [...halved.finished(), ...nameless.finished()];
}

// Waits for one body.
function record() {
  return new Promise((recorded, failed) => {
    const server = createServer((request, response) => {
      const chunks = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(200, { 'content-type': request.headers['content-type'], connection: 'close' });
        response.end(request.headers['content-type'].includes('json') ? '{}' : '');
        server.close();
        recorded.body(Buffer.concat(chunks), request.headers);
      });
    });
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${server.address().port}/v1/traces`;
      const body = new Promise(resolve => { recorded.body = (bytes, headers) => resolve({ bytes, headers }); });
      recorded({ url, body });
    });
  });
}

async function keep(name, send) {
  const { url, body } = await record();
  await send(url);
  const { bytes, headers } = await body;
  writeFileSync(bodies + name, bytes);
  console.log(name, bytes.length, headers['content-type'], headers['content-length'] ? '' : 'chunked');
}

const byExporter = (exporter, what) => url => new Promise((sent, failed) =>
  new exporter({ url }).export(what, result => (result.error ? failed(result.error) : sent())));

const byProcess = (command, ...args) => url => new Promise((sent, failed) =>
  spawn(command, [...args, url], { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: 'inherit' })
    .on('exit', code => (code === 0 ? sent() : failed(new Error(`${command} ended with ${code}`)))));

mkdirSync(bodies, { recursive: true });
for (const [name, what] of [['js-shop', shop()], ['js-two-services', twoServices()]]) {
  await keep(`${name}.pb`, byExporter(ProtobufExporter, what));
  await keep(`${name}.json`, byExporter(JsonExporter, what));
}

await keep('dotnet-shop.pb', byProcess('dotnet', 'run', 'record.cs'));
