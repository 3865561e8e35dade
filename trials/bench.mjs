// Measures the program from outside: CPU and memory of ingesting, bytes on disk, time of each question, start-up.
// Uses nothing but Node; prints a Markdown table. `DAYS` is the length of the range, `KEEP` a directory that is not deleted.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { dashboards } from "./dashboards.mjs";

const [binary, eventsText] = process.argv.slice(2);
const events = Number(eventsText);
const DAYS = Number(process.env.DAYS ?? 30);
const TO = "2026-11-21T00:00:00Z";
const before = (days) => new Date(Date.parse(TO) - days * 86400e3).toISOString();
const FROM = before(DAYS);
const ADMIN = "bench-admin-token-0123456789";
const INGEST = "bench-ingest-token-0123456789";
const dir = process.env.KEEP ?? mkdtempSync(join(tmpdir(), "gatelog-bench-"));
const data = join(dir, "data");
const rows = [];
const report = (what, figure, target) => {
  rows.push([what, figure, target]);
  console.error(`${what}: ${figure}  (target ${target})`);
};

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const headers = { authorization: `Bearer ${ADMIN}` };

async function start() {
  const begun = performance.now();
  const child = spawn(binary, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`], {
    env: { ...process.env, GATELOG_BOOTSTRAP_ADMIN_TOKEN: ADMIN, GATELOG_BOOTSTRAP_INGEST_TOKEN: INGEST },
    stdio: "ignore",
  });
  for (;;) {
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.status === 200) return { child, millis: performance.now() - begun };
    if (child.exitCode !== null) throw new Error("the server did not start");
    await new Promise((r) => setTimeout(r, 5));
  }
}
const stop = (child) =>
  new Promise((done) => {
    child.on("exit", done);
    child.kill("SIGTERM");
  });
const cpu = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const memory = (pid, name) =>
  Number(readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024;
const bytesOf = (path) => Number(execFileSync("du", ["-sb", path]).toString().split("\t")[0]);

async function ask(path) {
  const begun = performance.now();
  const answer = await fetch(`${url}${path}`, { headers });
  const body = await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${Buffer.from(body)}`);
  return { millis: performance.now() - begun, body };
}
async function question(what, path, target) {
  const first = await ask(path);
  const times = [];
  for (let n = 0; n < 15; n++) times.push((await ask(path)).millis);
  times.sort((a, b) => a - b);
  report(what, `${times[7].toFixed(1)} ms (first ${first.millis.toFixed(0)})`, target);
  return JSON.parse(Buffer.from(first.body).toString());
}

try {
  let { child } = await start();
  const begun = performance.now();
  execFileSync(
    binary,
    ["generate", "--events", String(events), "--seed", "7", "--from", FROM, "--to", TO, "--url", url, "--token", INGEST],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const wall = (performance.now() - begun) / 1000;
  const loadPeak = memory(child.pid, "VmHWM");
  // A clean stop seals what is left; the CPU it takes is part of the price, so it is read to the end.
  let used = cpu(child.pid);
  const watch = setInterval(() => {
    try {
      used = cpu(child.pid);
    } catch {}
  }, 20);
  await stop(child);
  clearInterval(watch);
  report("ingest over HTTP, masked, fsynced, sealed, rolled up", `${((used / events) * 1e6).toFixed(2)} CPU-s per million`, "≤ 3.0");
  report("ingest, wall clock, generator on the same 2 cores", `${Math.round(events / wall).toLocaleString("en")} events/s`, "–");
  report("resident memory at full load, peak", `${loadPeak.toFixed(0)} MiB`, "≤ 400");
  report("disk, all included", `${(bytesOf(data) / events).toFixed(1)} B/event`, "≤ 48");
  const [access, rollup] = ["access", "rollup"].map((name) => bytesOf(join(data, "tenants", "1", name)));
  report("roll-ups, beside the rows", `${((100 * rollup) / access).toFixed(1)} % of ${(access / events).toFixed(1)} B/event`, "≤ 15 %");

  const again = await start();
  child = again.child;
  report("start-up with all of it on disk", `${again.millis.toFixed(0)} ms`, "≤ 1,000");
  await ask("/api/v1/events?limit=1");
  report("resident memory at rest, after the start", `${memory(child.pid, "VmRSS").toFixed(0)} MiB`, "≤ 100");

  const range = `from=${before(30)}&to=${TO}`;
  const day = before;
  const compare = "compare=none";
  const panel = (id, more) => `/api/v1/panels/${id}?${more}`;
  await question("calls per hour, 30 d", panel("calls_over_time", `${range}&step=1h&${compare}`), "≤ 20 ms");
  const top = await question("top 10 consumers, 30 d", panel("top_consumers", `${range}&${compare}`), "≤ 20 ms");
  const consumer = top.rows[3].key;
  await question("status of one consumer, 7 d", panel("status_breakdown", `from=${day(7)}&to=${TO}&filter=consumer:${consumer}&${compare}`), "≤ 20 ms");
  await question("p50/p95/p99 of the top 20 routes, 30 d", panel("route_latency", `${range}&top=20&${compare}`), "≤ 20 ms");
  await question("distinct consumers per day, 30 d", panel("consumers_per_day", `${range}&step=1d&${compare}`), "≤ 20 ms");
  await question("denied by reason, 24 h", panel("denied_by_reason", `from=${day(1)}&to=${TO}&${compare}`), "≤ 20 ms");
  await question("5xx rate per route and day, 30 d", panel("errors_by_route_and_day", `${range}&top=300`), "≤ 20 ms");
  await question("5xx by route, 30 d", panel("errors", `${range}&${compare}`), "≤ 20 ms");
  const overview = ["calls_by_status_class", "latency_percentiles", "denied_by_reason", "top_consumers", "top_routes", "usage_by_group", "status_breakdown", "errors"];
  const page = async () => {
    const begun = performance.now();
    await Promise.all([ask(`/api/v1/summary?${range}`), ...overview.map((id) => ask(panel(id, range)))]);
    return performance.now() - begun;
  };
  await page();
  const pages = [];
  for (let n = 0; n < 7; n++) pages.push(await page());
  report("whole Overview, 30 d with the period before", `${pages.sort((a, b) => a - b)[3].toFixed(0)} ms`, "≤ 150 ms");

  const middle = await ask(`/api/v1/events?from=${day(17)}&to=${day(16)}&limit=1`);
  const id = JSON.parse(Buffer.from(middle.body).toString()).events[0].request_id;
  await question("needle by request id, 30 d", `/api/v1/events?${range}&filter=request_id:${id}`, "≤ 50 ms");
  await question("latest 100 with status ≥ 500", `/api/v1/events?${range}&limit=100&filter=${encodeURIComponent("status:>=500")}`, "≤ 30 ms");
  await question("substring in the path, 30 d, counted by hour", `/api/v1/histogram?${range}&filter=${encodeURIComponent("path~ers/12")}`, "≤ 1,000 ms");
  await question("substring in the agent, 30 d, counted by hour", `/api/v1/histogram?${range}&filter=${encodeURIComponent("user_agent~okhttp")}`, "≤ 1,000 ms");

  await dashboards({ url, token: ADMIN, from: before(30), to: TO, events: Math.min(events, (events * 30) / DAYS), report });

  const exported = performance.now();
  const answer = await fetch(`${url}/api/v1/export?format=csv&${range}`, { headers });
  let lines = 0;
  for await (const chunk of answer.body) for (const byte of chunk) if (byte === 10) lines++;
  const perSecond = lines / ((performance.now() - exported) / 1000);
  report("CSV export", `${Math.round(perSecond).toLocaleString("en")} rows/s of ${lines - 1}`, "≥ 200,000");
  report("resident memory after all questions, peak", `${memory(child.pid, "VmHWM").toFixed(0)} MiB`, "–");
  report("binary, stripped", `${(statSync(binary).size / 1e6).toFixed(1)} MB`, "≤ 90");
  await stop(child);
} finally {
  if (!process.env.KEEP) rmSync(dir, { recursive: true, force: true });
}
console.log("| what | measured | target |\n|---|---|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
