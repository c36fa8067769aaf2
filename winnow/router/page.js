// The page of the router: asks for the token, then draws what the API says. Values become text, never markup.
"use strict";

const KEY = "winnow-router-token";
const REFRESH_MS = 30000;
const LABELS_SHOWN = 20;
const SVG = "http://www.w3.org/2000/svg";

const at = (id) => document.getElementById(id);

function element(name, content = "", attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(Array.isArray(content) ? content : [content]));
  return made;
}

function drawn(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(path, body) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY) || ""}` };
  const options = { headers, cache: "no-store" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    Object.assign(options, { method: "POST", body: JSON.stringify(body) });
  }
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Refusal(0, "The service does not answer.");
  }
  const content = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refusal(reply.status, stated(content.problems, reply.status));
  return content;
}

function stated(problems, status) {
  if (!problems || !problems.length) return `The service answered ${status}.`;
  return problems
    .map((one) => [`${one.where}: ${one.found}`, one.expected && `expected: ${one.expected}`, one.fix && `fix: ${one.fix}`])
    .map((parts) => parts.filter(Boolean).join("; "))
    .join("\n");
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const whole = (number) => number.toLocaleString("en-US");
const isMeasured = (figure) => figure !== null && typeof figure === "object" ? figure.status !== "not_measured" : figure !== null;
const reach = (figure) => `${percent(figure.low).replace(" %", "")} to ${percent(figure.high)}`;

function card(title, value, detail) {
  return element("div", [element("span", title), element("b", value), element("span", detail)], { class: "card" });
}

function shareCard(title, figure, detail) {
  if (!isMeasured(figure)) return card(title, "–", `not measured: ${figure.why}`);
  return card(title, percent(figure.value), `${reach(figure)}, ${whole(figure.rows)} queries${detail}`);
}

function drawCards(models, found) {
  const uncovered = found.uncovered;
  const latency = found.latency_ms;
  at("cards").replaceChildren(
    card("queries", whole(found.queries), "in the last day"),
    shareCard("decided by fallback", found.fallback, ""),
    isMeasured(uncovered)
      ? shareCard("not covered by train", uncovered.share, `, measured ${uncovered.measured_at.slice(0, 16).replace("T", " ")} UTC`)
      : shareCard("not covered by train", uncovered, ""),
    isMeasured(latency)
      ? card("decided in, p95", `${latency.p95.toFixed(1)} ms`, `median ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms`)
      : card("decided in, p95", "–", `not measured: ${latency.why}`),
  );
  at("rule").textContent =
    `Answering: ${models.active}. Temperature ${models.temperature.toFixed(3)}; ` +
    (models.threshold > 0
      ? `below a confidence of ${models.threshold.toFixed(3)} the answer is ${models.fallback === null ? "no label" : models.fallback}.`
      : "no threshold: it always answers.");
}

function table(id, heads, rows) {
  const cell = (name, value, index) => element(name, value, { class: heads[index].class || "" });
  const head = element("tr", heads.map((one, index) => cell("th", one.name, index)));
  at(id).replaceChildren(
    head,
    ...rows.map((row) => element("tr", row.cells.map((value, index) => cell("td", value, index)), { class: row.class || "" })),
  );
}

function verdict(text, kind = "") {
  return element("span", text, { class: `verdict ${kind}` });
}

function modelRow(one) {
  const marks = [];
  if (one.active) marks.push(verdict("active"), " ");
  if (one.deployed) marks.push(verdict("deployed", "waived"), " ");
  if (one.why_not !== null) marks.push(verdict("not served", "not_measured"), ` ${one.why_not}`);
  const accuracy = isMeasured(one.accuracy) ? [percent(one.accuracy.value), element("br"), element("span", reach(one.accuracy), { class: "soft" })] : "–";
  const remote = one.remote.map((place) => element("div", `${place.target}: ${place.remote_id}`));
  const names = [element("b", one.id), element("br"), element("span", `${one.state || "unknown"}, ${one.base_model || "no base model"}`, { class: "soft" })];
  return {
    class: one.active ? "active" : "",
    cells: [names, marks.length ? marks : "", accuracy, isMeasured(one.macro_f1) ? one.macro_f1.toFixed(3) : "–", remote.length ? remote : "–", one.at.slice(0, 10)],
  };
}

function drawModels(models) {
  table(
    "models",
    [
      { name: "run", class: "label" },
      { name: "", class: "" },
      { name: "accuracy", class: "n" },
      { name: "macro-F1", class: "n wide" },
      { name: "remote ids", class: "label" },
      { name: "date", class: "wide nowrap" },
    ],
    models.models.map(modelRow),
  );
  fill(at("select").run, models.models.filter((one) => one.why_not === null), models.active);
  fill(at("remote").run, models.models, models.active);
}

function fill(list, runs, active) {
  const chosen = list.value;
  list.replaceChildren(...runs.map((one) => element("option", one.id === active ? `${one.id} (active)` : one.id, { value: one.id })));
  if (runs.some((one) => one.id === chosen)) list.value = chosen;
}

function countTable(id, name, counts, shown) {
  const most = Math.max(1, ...counts.map((one) => one.queries));
  const bar = (one) => element("span", element("span", "", { class: "bar", style: `width: ${((100 * one.queries) / most).toFixed(1)}%` }), { class: "track" });
  const rows = counts.slice(0, shown).map((one) => ({ cells: [one.name || "none", whole(one.queries), percent(one.share), bar(one)] }));
  if (counts.length > shown) rows.push({ cells: [`${counts.length - shown} more`, "", "", ""] });
  if (!counts.length) rows.push({ cells: ["no query yet", "", "", ""] });
  table(id, [{ name, class: "label" }, { name: "queries", class: "n" }, { name: "share", class: "n" }, { name: "", class: "wide" }], rows);
}

function drawConfidence(found) {
  const place = at("confidence");
  const heading = element("h3", "Queries by confidence, %");
  if (!isMeasured(found)) {
    place.replaceChildren(heading, element("p", `not measured: ${found.why}`, { class: "soft" }));
    return;
  }
  const most = Math.max(1, ...found.histogram);
  const picture = drawn("svg", { viewBox: "0 0 400 180", role: "img", "aria-label": "Queries by confidence" });
  picture.append(drawn("line", { x1: 10, x2: 390, y1: 150.5, y2: 150.5 }));
  found.histogram.forEach((count, index) => {
    const height = (120 * count) / most;
    const bar = drawn("rect", { x: 12 + 38 * index, y: 150 - height, width: 34, height });
    bar.append(drawn("title", {}, `${10 * index} to ${10 * index + 10} %: ${whole(count)} queries`));
    picture.append(bar, drawn("text", { x: 10 + 38 * index, y: 166, "text-anchor": "middle" }, String(10 * index)));
    if (count) picture.append(drawn("text", { x: 29 + 38 * index, y: 144 - height, "text-anchor": "middle" }, whole(count)));
  });
  picture.append(drawn("text", { x: 390, y: 166, "text-anchor": "middle" }, "100"));
  place.replaceChildren(heading, picture);
}

function drawFigures(found) {
  const rows = found.by_decision.map((one) => ({ cells: [`decided by ${one.name || "a withheld line"}`, whole(one.queries), percent(one.share)] }));
  rows.push(...found.by_run.map((one) => ({ cells: [`run ${one.name || "withheld"}`, whole(one.queries), percent(one.share)] })));
  if (isMeasured(found.confidence)) {
    const value = found.confidence;
    rows.push({ cells: ["confidence: p5, median, p95", "", [value.p5, value.p50, value.p95].map((one) => one.toFixed(2)).join(", ")] });
  }
  if (found.unreadable) rows.push({ cells: ["lines of the log that were cut off", whole(found.unreadable), ""] });
  if (!rows.length) rows.push({ cells: ["no query yet", "", ""] });
  table("figures", [{ name: "figure", class: "label" }, { name: "queries", class: "n" }, { name: "share", class: "n" }], rows);
}

function drawSpend(spend) {
  const rows = spend.map((one) => ({ cells: [one.month, whole(one.requests), one.usd.toFixed(4)] }));
  if (!rows.length) rows.push({ cells: ["no request to a language model", "", ""] });
  table("spend", [{ name: "month", class: "label" }, { name: "requests", class: "n" }, { name: "USD", class: "n" }], rows);
}

function showProblem(text) {
  at("problem").textContent = text;
  at("problem").hidden = !text;
}

async function refresh() {
  if (!sessionStorage.getItem(KEY)) {
    at("enter").hidden = false;
    return;
  }
  try {
    const [models, found] = await Promise.all([call("v1/models"), call("v1/analytics")]);
    drawCards(models, found);
    drawModels(models);
    countTable("labels", "label", found.by_label, LABELS_SHOWN);
    countTable("routes", "route", found.by_route, LABELS_SHOWN);
    drawConfidence(found.confidence);
    drawFigures(found);
    drawSpend(found.spend);
    at("span").textContent = `${found.since.slice(0, 16).replace("T", " ")} to ${found.until.slice(0, 16).replace("T", " ")} UTC, from the log of the router.`;
    showProblem("");
    at("enter").hidden = true;
    at("content").hidden = at("refresh").hidden = false;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) {
      sessionStorage.removeItem(KEY);
      at("enter").hidden = false;
      at("content").hidden = at("refresh").hidden = true;
    }
    showProblem(error.message);
  }
}

async function submit(event, path, done) {
  event.preventDefault();
  const form = event.target;
  const [button, message] = [form.querySelector("button"), form.querySelector(".message")];
  const body = Object.fromEntries(new FormData(form));
  button.disabled = true;
  message.hidden = false;
  message.className = "message whole";
  message.textContent = "Working …";
  try {
    message.textContent = done(await call(path, body));
    form.reason.value = "";
    await refresh();
  } catch (error) {
    message.className = "message whole bad";
    message.textContent = error.message;
  }
  button.disabled = false;
}

at("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, at("token").value.trim());
  at("token").value = "";
  refresh();
});
at("select").addEventListener("submit", (event) =>
  submit(event, "v1/models/select", (one) => `${one.run} answers since ${one.at}; before: ${one.before}.`),
);
at("remote").addEventListener("submit", (event) =>
  submit(event, "v1/models/remote", (one) => `${one.run} is ${one.remote_id} in ${one.target}${one.new ? "" : " already"}.`),
);
at("refresh").addEventListener("click", refresh);
setInterval(() => {
  if (!document.hidden && !at("content").hidden) refresh();
}, REFRESH_MS);
refresh();
