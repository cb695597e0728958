// A shop of three services with uneven traffic. It starts them, sends them requests, and shows every few seconds which rate each of
// their operations has, and what is kept. DynamicSampling must be running; Ctrl+C ends it.
//   node shop.mjs [--seconds 120] [--speed 1]
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { seconds: { type: 'string' }, speed: { type: 'string', default: '1' } } });
const api = 'http://localhost:5000/api/organizations/default';
const services = { storefront: 7001, stock: 7002, billing: 7003 };

// Requests a second from outside. What the services ask each other belongs to the traces of these.
const traffic = [
  ['storefront', 'GET', '/', 120],
  ['storefront', 'GET', '/product', 40],
  ['storefront', 'GET', '/search', 25],
  ['storefront', 'POST', '/checkout', 1],
  ['stock', 'PUT', '/stock', 12],
  ['stock', 'GET', '/report', 0.2],
  ['billing', 'POST', '/refund', 0.5],
  ['billing', 'GET', '/statement', 0.2],
];

async function getJson(path) {
  const response = await fetch(`${api}${path}`);
  if (!response.ok)
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function start(name, port) {
  const child = fork(fileURLToPath(new URL('service.mjs', import.meta.url)), [name, String(port)]);
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', code => reject(new Error(`${name} ended with code ${code}; is port ${port} taken?`)));
  });
}

// The time between requests is random, as it is with people.
function send([service, method, path, perSecond]) {
  const wait = -Math.log(1 - Math.random()) * 1000 / (perSecond * Number(options.speed));
  setTimeout(() => {
    fetch(`http://127.0.0.1:${services[service]}${path}`, { method }).then(response => response.text()).catch(() => {});
    send([service, method, path, perSecond]);
  }, wait).unref();
}

const percent = share => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`;

async function show(seconds) {
  const [goal, volumes, ...rates] = await Promise.all(
    [getJson('/goal'), getJson('/volumes?window=5m&by=transaction'), ...Object.keys(services).map(name => getJson(`/projects/${name}/rates`))]);
  const [last] = goal.achieved;
  console.log(`\n${seconds} s, version ${goal.version}: target ${percent(goal.target.rate)}, kept in the last 5 minutes ${last.rate === null ? '-' : percent(last.rate)}`);
  for (const [service, method, path] of traffic) {
    const operation = `${method} ${path}`;
    const ofService = rates.find(rate => rate.project === service);
    const own = ofService.transactions.find(item => item.transaction === operation);
    const volume = volumes.items.find(item => item.project === service && item.transaction === operation);
    // A service that is not in the rates yet gets the target.
    const rate = own?.servedRate ?? ofService.implicitServedRate ?? goal.target.rate;
    console.log(
      `  ${service.padEnd(12)}${operation.padEnd(16)}rate ${percent(rate).padStart(8)}   `
      + `in 5 min: ${String(Math.round(volume?.total ?? 0)).padStart(6)} traces, ${String(volume?.kept ?? 0).padStart(6)} kept`);
  }
}

try {
  await getJson('/goal');
} catch {
  console.error('DynamicSampling does not answer on http://localhost:5000. Start it first: dotnet run --project src/DynamicSampling.Api');
  process.exit(1);
}

const children = await Promise.all(Object.entries(services).map(([name, port]) => start(name, port)));
console.log(`Three services run: ${Object.keys(services).join(', ')}. Their rates follow the traffic once a minute.`);
traffic.forEach(send);

const started = Date.now();
const seconds = () => Math.round((Date.now() - started) / 1000);
const timer = setInterval(() => show(seconds()).catch(error => console.error(error.message)), 15_000);

function stop() {
  clearInterval(timer);
  for (const child of children) {
    child.removeAllListeners('exit');
    child.on('exit', () => children.every(other => other.exitCode !== null) && process.exit(0));
    child.send('stop');
  }
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
if (options.seconds)
  setTimeout(stop, Number(options.seconds) * 1000);
