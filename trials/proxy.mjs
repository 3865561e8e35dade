// What the audit proxy adds to a call of an Admin API on this machine: the same calls by turns straight and through it, one at a
// time; first through a proxy that holds a change until it is recorded, then through one that does not. What Node has to collect is collected
// between calls, or its pauses would be the 99th percentile. Uses nothing but Node; prints rows of a Markdown table.
//   node trials/proxy.mjs BINARY [CALLS]
import { spawn } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const WARM = 500;
// So many that the 99th percentile is not that of a few.
const CALLS = 20_000;
const ROUNDS_BETWEEN_COLLECTIONS = 50;
const SYNCS = 500;
// Room for all that is made between two collections.
const NODE = ["--expose-gc", "--max-semi-space-size=64"];
const TOKEN = "bench-admin-token-0123456789";
const SERVICE = { id: "11111111-0000-4000-8000-000000000001", name: "pets", host: "pets.internal", port: 80, retries: 5 };

// The stand-in for Kong runs in a process of its own, as Kong would.
function standIn() {
  let service = SERVICE;
  const server = createServer((asked, answer) => {
    if (asked.url === "/collect") globalThis.gc({ type: "minor" });
    let body = "";
    asked.on("data", (part) => (body += part));
    asked.on("end", () => {
      if (asked.method === "PATCH") service = { ...service, ...JSON.parse(body) };
      answer.writeHead(200, { "content-type": "application/json" });
      answer.end(JSON.stringify(service));
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
}

const first = (stream, pick) =>
  new Promise((done, failed) => {
    const lines = createInterface({ input: stream });
    lines.on("line", (line) => {
      const found = pick(line);
      if (found) done(found);
    });
    lines.on("close", () => failed(new Error("it ended early")));
  });

function caller(base) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(base);
  return (method, body, path = "/services/pets") =>
    new Promise((done, failed) => {
      const headers = { "x-gatelog-token": TOKEN, "content-type": "application/json", "content-length": body.length };
      const begun = performance.now();
      const asked = request({ agent, hostname, port, method, path, headers }, (answer) => {
        answer.resume();
        answer.on("end", () => {
          const millis = performance.now() - begun;
          answer.statusCode === 200 ? done(millis) : failed(new Error(`${method}: ${answer.statusCode}`));
        });
      });
      asked.on("error", failed);
      asked.end(body);
    });
}

const at = (times, share) => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)];
const ms = (millis) => millis.toFixed(2);
const signed = (millis) => `${millis < 0 ? "" : "+"}${ms(millis)}`;

// Each of both goes first as often as the other.
async function measure(what, ways, calls, one) {
  const times = ways.map(() => []);
  for (let n = 0; n < calls + WARM; n++) {
    if (n % ROUNDS_BETWEEN_COLLECTIONS === 0) {
      await ways[0]("GET", "", "/collect");
      globalThis.gc({ type: "minor" });
    }
    for (let turn = 0; turn < ways.length; turn++) {
      const way = (n + turn) % ways.length;
      const millis = await one(ways[way], n);
      if (n >= WARM) times[way].push(millis);
    }
  }
  for (const [name, share] of Object.entries({ p50: 0.5, p99: 0.99 })) {
    const [straight, through] = times.map((way) => at(way, share));
    console.log(`| audit proxy: ${what}, ${name} | ${ms(straight)} → ${ms(through)} (${signed(through - straight)}) ms | ${name === "p99" ? "≤ +1 ms" : "–"} |`);
  }
}

function syncs(dir) {
  const file = openSync(join(dir, "synced"), "a");
  const times = Array.from({ length: SYNCS }, () => {
    writeSync(file, Buffer.alloc(1_000, 1));
    const begun = performance.now();
    fdatasyncSync(file);
    return performance.now() - begun;
  });
  closeSync(file);
  console.log(`| one sync of this disk, p50, p99 | ${ms(at(times, 0.5))}, ${ms(at(times, 0.99))} ms | – |`);
}

async function main(binary, calls) {
  const dir = mkdtempSync(join(tmpdir(), "gatelog-proxy-"));
  const stand = [...NODE, fileURLToPath(import.meta.url), "--stand-in"];
  const admin = spawn(process.execPath, stand, { stdio: ["ignore", "pipe", "inherit"] });
  let server;
  try {
    const upstream = await first(admin.stdout, (line) => line);
    const config = join(dir, "gatelog.toml");
    const proxy = (fail) =>
      `[[proxy]]\nname = "${fail}"\nkind = "kong"\naddress = "127.0.0.1:0"\nupstream = "${upstream}"\nfail = "${fail}"\n`;
    writeFileSync(config, proxy("closed") + proxy("open"));
    server = spawn(binary, ["serve", "--data", join(dir, "data"), "--listen", "127.0.0.1:0", "--config", config], {
      env: { ...process.env, GATELOG_BOOTSTRAP_ADMIN_TOKEN: TOKEN },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const proxies = {};
    await first(server.stderr, (line) => {
      const told = line.includes("an audit proxy is listening") ? JSON.parse(line) : {};
      if (told.proxy) proxies[told.proxy] = `http://${told.address}`;
      return proxies.closed && proxies.open;
    });
    const straight = caller(upstream);
    for (const fail of ["closed", "open"]) {
      const ways = [straight, caller(proxies[fail])];
      await measure(`a read, fail ${fail}`, ways, calls, (call) => call("GET", ""));
      await measure(`a change, fail ${fail}`, ways, calls, (call, n) => call("PATCH", JSON.stringify({ retries: n % 9 })));
    }
    syncs(dir);
  } finally {
    server?.kill("SIGKILL");
    admin.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[2] === "--stand-in") standIn();
else if (!globalThis.gc) {
  // The caller's own collections, too.
  const again = spawn(process.execPath, [...NODE, ...process.argv.slice(1)], { stdio: "inherit" });
  again.on("exit", (code) => process.exit(code ?? 1));
} else main(process.argv[2], Number(process.argv[3] ?? CALLS)).then(() => process.exit(0));
