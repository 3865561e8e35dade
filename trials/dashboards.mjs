// Asks a running server every question of the dashboards and says how long each takes: panels, pages, lists, filters,
// comparisons, questions from rows, what-if. Also alone: `node trials/dashboards.mjs URL FROM TO`, token in GATELOG_TOKEN.
// `BRIEF=1` leaves out filters, free questions and what-if.
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const [PANEL_MS, PAGE_MS, ROWS_MS_PER_10M, WHAT_IF_S] = [50, 300, 2000, 30];
const median = (times) => times.sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)];
const DAY_MS = 86_400_000;
const ms = (time) => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;

export async function dashboards({ url, token, from, to, events, report }) {
  const headers = { authorization: `Bearer ${token}` };
  const range = `from=${from}&to=${to}`;
  const days = `${Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)} d`;
  /** As the web app does, again when it did not get its turn: first questions of a page count all rows, one after the other. */
  const ask = async (path, body, begun = performance.now(), tries = 8) => {
    const sent = body ? { method: "POST", body: JSON.stringify(body), headers: { ...headers, "content-type": "application/json" } } : { headers };
    const answer = await fetch(`${url}/api/v1${path}`, sent);
    const text = await answer.text();
    if (answer.status === 503 && tries > 0) return ask(path, body, begun, tries - 1);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
    return { millis: performance.now() - begun, body: JSON.parse(text) };
  };
  /** First and warm time; slow questions are not asked as often. */
  const measure = async (name, path) => {
    const first = await ask(path);
    const times = [];
    while (times.length < (first.millis > 300 ? 2 : 7)) times.push((await ask(path)).millis);
    return { name, path, first: first.millis, warm: median(times), source: first.body.source, partial: first.body.partial, body: first.body };
  };
  const each = async (names, measured) => {
    const all = [];
    for (const name of names) all.push(await measured(name));
    return all.sort((a, b) => b.warm - a.warm);
  };
  const summed = (what, all, limit) => {
    const [slowest] = all;
    const within = all.filter((one) => one.warm <= limit).length;
    const first = Math.max(...all.map((one) => one.first));
    report(`${what}: slowest of ${all.length}`, `${ms(slowest.warm)} ${slowest.name}; ${within} within (first at most ${ms(first)})`, `≤ ${limit} ms`);
    const worst = all.filter((one, at) => at < 8 || one.warm > limit);
    for (const one of worst) console.error(`    ${ms(one.warm).padStart(9)}  first ${ms(one.first).padStart(9)}  ${one.source ?? ""}${one.partial ? " PARTIAL" : ""}  ${one.name}`);
  };

  const { panels } = (await ask("/panels")).body;
  const { dimensions } = (await ask("/usage")).body;
  const panel = (id, more) => `/panels/${id}?${range}&${more}`;
  const alone = await each(panels.map((p) => p.id), (id) => measure(id, panel(id, "compare=none")));
  summed(`each panel, ${days}`, alone, PANEL_MS);
  console.error(`    from rows: ${alone.filter((one) => one.source === "rows").map((one) => one.name).join(" ")}`);
  const compared = await each(panels.map((p) => p.id), (id) => measure(id, panel(id, "compare=previous")));
  const total = (all) => all.reduce((sum, one) => sum + one.warm, 0);
  report("all panels one after the other, compared with the period before: times alone", `${(total(compared) / total(alone)).toFixed(2)}`, "≤ 2");

  const lists = await each(dimensions.map((d) => d.id), (id) => measure(`usage/${id}`, `/usage/${id}?${range}`));
  summed(`each usage list, ${days}, with the period before`, lists, PAGE_MS);
  const pages = [...new Set(panels.map((p) => p.page))].filter((page) => page !== "none");
  const all = await each(pages, async (page) => {
    const paths = panels.filter((p) => p.page === page).map((p) => panel(p.id, "compare=previous"));
    if (page === "overview") paths.push(`/summary?${range}`);
    if (page === "usage") paths.push(`/usage/consumers?${range}`, `/usage/routes?${range}`);
    const once = async () => {
      const begun = performance.now();
      await Promise.all(paths.map((path) => ask(path)));
      return performance.now() - begun;
    };
    const first = await once();
    return { name: `${page} (${paths.length} questions)`, first, warm: median([await once(), await once(), await once(), await once(), await once()]) };
  });
  summed("each page with the period before, all at once", all, PAGE_MS);
  if (process.env.BRIEF) return;

  const asked = panels.filter((p) => p.page === "overview").map((p) => p.id);
  const second = (list) => list.body.rows[Math.min(2, list.body.rows.length - 1)]?.filter;
  const filters = lists.map((list) => second(list)).filter(Boolean);
  const filtered = [];
  for (const filter of filters) {
    for (const id of asked) filtered.push(await measure(`${id} of ${filter}`, panel(id, `compare=none&filter=${encodeURIComponent(filter)}`)));
  }
  filtered.sort((a, b) => b.warm - a.warm);
  summed(`overview panels under each of ${filters.length} filters of one dimension`, filtered, PANEL_MS);
  const rows = filtered.filter((one) => one.source === "rows");
  report("of those answered from roll-ups", `${filtered.length - rows.length} of ${filtered.length}`, "all");
  for (const one of rows) console.error(`    from rows: ${one.name}`);

  const filterOf = (id) => second(lists.find((list) => list.name === `usage/${id}`));
  const several = ["calls_by_status_class", "top_routes", "latency_percentiles"].map((id) => [id, `${filterOf("consumers")} ${filterOf("agents")} method:GET`]);
  const limit = (ROWS_MS_PER_10M * events) / 1e7;
  const manifold = await each(several, ([id, filter]) => measure(id, panel(id, `compare=none&filter=${encodeURIComponent(filter)}`)));
  summed("a filter of several dimensions, from rows", manifold, limit);
  const questions = ["measure=calls,avg,p95&by=method,agent&chart=table", "measure=unique:ip&by=country&chart=toplist", "measure=p95&by=method&chart=line"];
  const explored = await each(questions, (question) => measure(question, `/explore?${range}&compare=none&${question}`));
  for (const one of explored) one.warm = Math.max(one.warm, one.first);
  summed("a free question from rows, the first time", explored, limit);

  const consumer = lists.find((list) => list.name === "usage/consumers").body.rows[3].key;
  const group = lists.find((list) => list.name === "usage/groups").body.rows[3].key;
  const route = lists.find((list) => list.name === "usage/routes").body.rows[3].key;
  const windows = [{ days: [], from: "08:00", to: "18:00" }];
  const changes = [
    { kind: "deny_group", group, route },
    { kind: "remove_group", group, consumer },
    { kind: "deny_address", addresses: ["50.0.0.0/8"], route },
    { kind: "allow_address", addresses: ["50.0.0.0/8"], route },
    { kind: "time_window", windows, route },
    { kind: "rate_limit", limit: 10, period: "minute" },
    { kind: "quota", limit: 1000, period: "day" },
  ];
  for (const change of changes) {
    try {
      const { millis, body } = await ask("/what-if", { from, to, change });
      const flips = body.would_allow + body.would_deny;
      report(`what-if ${change.kind}${change.route ? " of a route" : ""}`, `${(millis / 1000).toFixed(1)} s for ${body.scanned}, ${flips} flip${body.partial ? ", PARTIAL" : ""}`, `≤ ${Math.max(1, (WHAT_IF_S * events) / 1e7)} s`);
    } catch (error) {
      report(`what-if ${change.kind}`, String(error).slice(0, 200), "an answer");
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , url, from, to] = process.argv;
  const token = process.env.GATELOG_TOKEN;
  const found = await fetch(`${url}/api/v1/histogram?from=${from}&to=${to}`, { headers: { authorization: `Bearer ${token}` } });
  const { total } = await found.json();
  const report = (what, figure, target) => console.log(`| ${what} | ${figure} | ${target} |`);
  await dashboards({ url, token, from, to, events: total, report });
}
