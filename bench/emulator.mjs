// How fast the emulator answers, as a ratio to a bare `node:http` server that echoes JSON, in the same run. Then 10,000
// requests from 32 clients at once, of which none may be lost or wrong. `npm run build` first; then `node bench/emulator.mjs`.

import { createServer, Agent, request } from "node:http";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLIENTS = 32;
const REQUESTS = Number(process.argv[2] ?? 10_000);

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

/** Each server is a process of its own, which tells how much of the processor it has used. */
async function serve(kind) {
  process.on("message", () => process.send({ cpu: process.cpuUsage() }));
  if (kind === "echo") {
    const server = createServer((q, response) => {
      const body = JSON.stringify({ id: q.url, name: "lab", type: "echo", location: "eastus", properties: {} });
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    });
    server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
    return;
  }
  const { Emulator } = await import("../dist/engine/emulator/emulator.js");
  const { openHttpDoor } = await import("../dist/engine/emulator/doors/https.js");
  await Emulator.prepare();
  const emulator = Emulator.open();
  const door = await openHttpDoor(emulator);
  const { operator, tenantId, subscriptionId } = emulator;
  process.send({ port: door.port, operator, tenantId, subscriptionId });
}

function started(kind) {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), ["--serve", kind]);
    const told = () => new Promise((answer) => child.once("message", answer));
    const cpuMs = async () => {
      child.send("cpu");
      const { user, system } = (await told()).cpu;
      return (user + system) / 1000;
    };
    void told().then((message) => resolve({ ...message, cpuMs, stop: () => child.kill() }));
  });
}

async function measure() {
  const echo = await started("echo");
  const emulator = await started("emulator");
  const token = await signIn(emulator);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const group = (name) => `/subscriptions/${emulator.subscriptionId}/resourceGroups/${name}?api-version=2021-04-01`;
  const put = (port, name) =>
    send(port, "PUT", group(name), headers, JSON.stringify({ location: "eastus", tags: { name } }));
  await put(emulator.port, "lab");
  const get = (port) => () => send(port, "GET", group("lab"), headers);
  const rates = { echo: 0, emulator: 0 };
  const cpu = { echo: 0, emulator: 0 };
  // In turns, so that whatever else the machine does meets both; the first round only warms up.
  for (let round = 0; round < 4; round++) {
    for (const [name, server] of Object.entries({ echo, emulator })) {
      const before = await server.cpuMs();
      const rate = await load(REQUESTS / 4, get(server.port));
      if (round > 0) rates[name] += rate / 3;
      if (round > 0) cpu[name] += ((await server.cpuMs()) - before) / ((REQUESTS / 4) * 3);
    }
  }
  const row = (what, name) =>
    `${what.padEnd(34)} ${rates[name].toFixed(0).padStart(6)}/s  ${(cpu[name] * 1000).toFixed(0).padStart(5)} µs of the processor each`;
  print(row("GET of a bare node:http JSON echo", "echo"));
  print(row("GET of a resource group", "emulator"));
  print(
    `ratio of throughput ${(rates.emulator / rates.echo).toFixed(2)}, by the processor ${(cpu.echo / cpu.emulator).toFixed(2)}`,
  );
  const wrong = await mixed(emulator.port, group, headers, put);
  print(`${REQUESTS} requests from ${CLIENTS} clients: ${wrong.length === 0 ? "none lost, none wrong" : wrong[0]}`);
  echo.stop();
  emulator.stop();
  if (wrong.length > 0) process.exitCode = 1;
}

/** Half writes, half reads; each answer is compared with what was asked for. */
async function mixed(port, group, headers, put) {
  const wrong = [];
  let next = 0;
  await load(REQUESTS, async () => {
    const n = next++;
    const name = `g${n >> 1}`;
    const { status, body } = n % 2 === 0 ? await put(port, name) : await send(port, "GET", group("lab"), headers);
    const expected = n % 2 === 0 ? [201, name] : [200, "lab"];
    if (status !== expected[0] || body.name !== expected[1]) wrong.push(`${n}: ${status} ${JSON.stringify(body)}`);
  });
  const names = new Set();
  for (let path = group("").replace("/?", "?"); path !== undefined;) {
    const { value, nextLink } = (await send(port, "GET", path, headers)).body;
    for (const { name } of value) names.add(name);
    path = nextLink?.replace(/^https?:\/\/[^/]+/, "");
  }
  for (let n = 0; n < REQUESTS; n += 2) if (!names.has(`g${n >> 1}`)) wrong.push(`g${n >> 1} is lost`);
  return wrong;
}

async function load(count, one) {
  const from = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (left-- > 0) await one();
    }),
  );
  return count / ((performance.now() - from) / 1000);
}

const print = (line) => process.stdout.write(`${line}\n`);

function send(port, method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const sent = request({ port, host: "127.0.0.1", method, path, agent, headers: { ...headers, ...length } }, (r) => {
      let text = "";
      r.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      r.on("end", () => resolve({ status: r.statusCode, body: text === "" ? undefined : JSON.parse(text) }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function signIn({ port, tenantId, operator }) {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: operator.clientId,
    client_secret: operator.clientSecret,
    scope: "https://management.azure.com/.default",
  });
  const path = `/${tenantId}/oauth2/v2.0/token`;
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return (await send(port, "POST", path, type, form.toString())).body.access_token;
}

if (process.argv[2] === "--serve") await serve(process.argv[3]);
else await measure();
