// The old client of Jaeger, with its remote sampler: polls the address that it is given until the server has answered, then makes a
// span of each operation that it is given, and writes what the sampler says of them.
//   node jaeger.mjs <host> <port> <service> <operation>...
import jaeger from 'jaeger-client';

const [host, port, serviceName, ...operations] = process.argv.slice(2);
const tracer = jaeger.initTracer(
  { serviceName, sampler: { type: 'remote', param: 0, host, port: Number(port), refreshIntervalMs: 100 } },
  { reporter: new jaeger.InMemoryReporter() });
const remote = tracer._sampler;
while (!remote._sampler._samplersByOperation)
  await new Promise(resolve => setTimeout(resolve, 10));

const answer = {};
for (const operation of operations) {
  const span = tracer.startSpan(operation);
  const tags = Object.fromEntries(span._tags.map(({ key, value }) => [key, value]));
  const own = remote._sampler._samplersByOperation[operation] ?? remote._sampler._defaultSampler;
  answer[operation] = {
    rate: own.samplingRate ?? own._probabilisticSampler.samplingRate,
    sampled: span.context().isSampled(),
    type: tags['sampler.type'] ?? null,
    param: tags['sampler.param'] ?? null,
  };
  span.finish();
}

process.stdout.write(`${JSON.stringify(answer)}\n`);
process.exit(0);
