// One of the services: node service.mjs <name> <port>. Every request is a span; a request may ask another service for something.
import { createServer } from 'node:http';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { startTracing } from './tracing.mjs';

const [name, port] = process.argv.slice(2);
const provider = startTracing(name);
const tracer = trace.getTracer('shop');

// Which requests of a service ask which other service.
const calls = {
  'storefront GET /product': 'http://127.0.0.1:7002/stock',
  'storefront POST /checkout': 'http://127.0.0.1:7003/invoice',
};

async function work(operation) {
  if (!calls[`${name} ${operation}`])
    return;
  await tracer.startActiveSpan('call', { kind: SpanKind.CLIENT }, async span => {
    const headers = {};
    propagation.inject(context.active(), headers);
    await (await fetch(calls[`${name} ${operation}`], { headers })).text();
    span.end();
  });
}

const server = createServer((request, response) => {
  const operation = `${request.method} ${request.url}`;
  const parent = propagation.extract(context.active(), request.headers);
  tracer.startActiveSpan(operation, { kind: SpanKind.SERVER }, parent, async span => {
    try {
      await work(operation);
    } catch (error) {
      span.recordException(error);
    }

    span.end();
    response.end('ok');
  });
});

server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
// Ctrl+C reaches all of the terminal's processes; the shop says when to stop.
process.on('SIGINT', () => {});
process.on('message', async message => {
  if (message !== 'stop')
    return;
  await provider.shutdown();
  process.exit(0);
});
