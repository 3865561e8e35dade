// What the audit proxy adds to a call of an Admin API on this machine: the same calls by turns straight and through it, one at
// a time. Uses nothing but Node; prints rows of a Markdown table.
//   node trials/proxy.mjs BINARY [CALLS]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const TOKEN = "bench-admin-token-0123456789";
const SERVICE = { id: "11111111-0000-4000-8000-000000000001", name: "pets", host: "pets.internal", port: 80, retries: 5 };

// The stand-in for Kong runs in a process of its own, as Kong would.
function standIn() {
  let service = SERVICE;
  const server = createServer((asked, answer) => {
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
  return (method, body) =>
    new Promise((done, failed) => {
      const headers = { "x-gatelog-token": TOKEN, "content-type": "application/json", "content-length": body.length };
      const begun = performance.now();
      const asked = request({ agent, hostname, port, method, path: "/services/pets", headers }, (answer) => {
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

async function measure(what, straight, through, calls, one) {
  const times = [[], []];
  for (let n = 0; n < calls + 200; n++) {
    for (const [side, call] of [straight, through].entries()) {
      const millis = await one(call, n);
      // The first ones warm both up.
      if (n >= 200) times[side].push(millis);
    }
  }
  const [p50, p99] = [0.5, 0.99].map((share) => times.map((side) => at(side, share)));
  const shown = ([before, after]) => `${before.toFixed(2)} → ${after.toFixed(2)} (+${(after - before).toFixed(2)}) ms`;
  console.log(`| audit proxy: ${what}, p50 | ${shown(p50)} | – |`);
  console.log(`| audit proxy: ${what}, p99 | ${shown(p99)} | ≤ +1 ms |`);
}

async function main(binary, calls) {
  const dir = mkdtempSync(join(tmpdir(), "gatelog-proxy-"));
  const admin = spawn(process.execPath, [fileURLToPath(import.meta.url), "--stand-in"], { stdio: ["ignore", "pipe", "inherit"] });
  let server;
  try {
    const upstream = await first(admin.stdout, (line) => line);
    const config = join(dir, "gatelog.toml");
    writeFileSync(config, `[[proxy]]\nname = "bench"\nkind = "kong"\naddress = "127.0.0.1:0"\nupstream = "${upstream}"\n`);
    server = spawn(binary, ["serve", "--data", join(dir, "data"), "--listen", "127.0.0.1:0", "--config", config], {
      env: { ...process.env, GATELOG_BOOTSTRAP_ADMIN_TOKEN: TOKEN },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const address = await first(server.stderr, (line) => line.includes("an audit proxy is listening") && JSON.parse(line).address);
    const [straight, through] = [caller(upstream), caller(`http://${address}`)];
    await measure("a read", straight, through, calls, (call) => call("GET", ""));
    await measure("a change, recorded and synced", straight, through, calls, (call, n) =>
      call("PATCH", JSON.stringify({ retries: n % 9 })),
    );
  } finally {
    server?.kill("SIGKILL");
    admin.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[2] === "--stand-in") standIn();
else main(process.argv[2], Number(process.argv[3] ?? 5_000)).then(() => process.exit(0));
