"use strict";
// Host or buy: other numbers than the page's own. All figures are read from its tables.
// `text` is of site.js; the rest is of this block.
{
const HOURS = 24 * 30.5;
const ENDS = ["low", "middle", "high"];
const WORDS = {low: "at best", middle: "in the middle", high: "at worst"};
const NAMES = {
  speed: "speed of a machine, tokens a second", hire: "hire, $ an accelerator hour",
  buy: "purchase, $ an accelerator", volume: "requests a day", peak: "busiest hour over the mean",
  spare: "spare machines", api: "price of the API, $ a million tokens",
};
const COLOURS = {hosting: "#0b62a4", API: "#b3471b", equivalent: "#24784a"};
const SVG = document.querySelector("#answer svg")?.namespaceURI;
const asked = document.getElementById("host");

const rowsOf = (id) => [...document.querySelectorAll(`#${id} tbody tr`)].map((r) => r.dataset);
const figure = (text) => (text === "" || text === undefined ? null : Number(text));
const tables = asked && {
  workloads: rowsOf("workloads"), costs: rowsOf("costs"), hardware: rowsOf("hardware"),
  offers: rowsOf("offers"), speeds: rowsOf("speeds"),
};

// The same formulas as hosting/cost.py.
function costs(t, q) {
  const need = (q.requests * 30.5 * q.tokens) / 1e6;
  const one = (((t.speed * t.load) / q.peak) * HOURS * 3600 * q.tokens) / q.completion / 1e6;
  const bought = t.buy === null ? 0 : q.accelerators * t.buy * q.machine;
  const running = t.buy === null ? q.accelerators * t.hire * HOURS
    : ((q.accelerators * q.power * q.overhead_power) / 1000) * HOURS * q.power_price;
  const each = running + bought / (12 * q.years);
  const people = (q.staff * q.wage) / 12;
  const machines = (v) => Math.max(1, Math.ceil(v / one - 1e-9)) + q.spare;
  const monthly = (v) => machines(v) * each + people;
  const count = machines(need);
  const begin = count * bought + (q.setup * q.wage) / 12;
  return {
    need, monthly, machines: count, per: monthly(need) / need,
    even(api) {
      const gain = one * api - each;
      if (gain <= 0) return null;
      const n = Math.max(1, Math.ceil((people + q.spare * each) / gain - 1e-9));
      return Math.max(((n + q.spare) * each + people) / api, (n - 1) * one);
    },
    days(api) {
      const saved = api * need - count * running - people;
      return saved > 0 ? (begin / saved) * 30.5 : null;
    },
  };
}

// What the form says, and what is known of it.
function question() {
  const said = Object.fromEntries(new FormData(asked));
  const w = tables.workloads.find((r) => r.workload === said.workload);
  const of = (rows, ...keys) => rows.find((r) => keys.every((k) => r[k] === said[k]));
  const device = of(tables.hardware, "device");
  const q = {said, device, speed: of(tables.speeds, "workload", "model", "device", "accelerators"),
    offer: of(tables.offers, "workload", "model"), prompt: Number(w.prompt),
    completion: Number(w.completion), tokens: Number(w.prompt) + Number(w.completion),
    accelerators: Number(said.accelerators), power: Number(device.power)};
  for (const name of ["requests", "peak", "spare", ...tables.costs.map((r) => r.cost)])
    if (name in said) q[name] = Number(said[name]);
  if (device.whole === "1") q.machine = 1;
  return q;
}

function termsOf(q, end) {
  const other = {low: "high", middle: "middle", high: "low"}[end];
  const load = tables.costs.find((r) => r.cost === "load");
  const own = figure(q.said.price);
  const kind = q.said.pay === "hire" ? "hire" : "buy";
  const price = own ?? figure(q.device[kind + end[0].toUpperCase() + end.slice(1)]);
  return {
    speed: figure(q.speed[other]), price,
    load: Number({low: load.high, middle: load.value, high: load.low}[end]),
    hire: kind === "hire" ? price : null, buy: kind === "buy" ? price : null,
  };
}

const dollars = (x) => {  // no cents of thousands, at least two digits of cents
  const cents = x >= 1000 ? 0 : 2;
  const small = x < 1 && (x === 0 || Number(x.toPrecision(3)) !== Number(x.toFixed(1)));
  return "$" + x.toLocaleString("en-US", small ? {maximumSignificantDigits: 3}
    : {minimumFractionDigits: cents, maximumFractionDigits: cents});
};
const whole = (x) => x.toLocaleString("en-US", {maximumSignificantDigits: 4});
const volume = (v) => (v === null ? "no volume" : `${whole(v)} million tokens`);
const after = (d) => (d === null ? "never" : `${d.toLocaleString("en-US", {maximumFractionDigits: 0})} days`);

function show(q, found) {
  const api = figure(q.offer.api) ?? figure(q.offer.equivalent);
  const body = document.querySelector("#result tbody");
  body.replaceChildren();
  for (const end of ENDS) {
    const c = found[end];
    const row = document.createElement("tr");
    const cells = [c.machines, dollars(c.monthly(c.need)), dollars(c.per),
      api === null ? "–" : volume(c.even(api)), api === null ? "–" : after(c.days(api))];
    text("th", WORDS[end], row).scope = "row";
    for (const cell of cells) text("td", String(cell), row).className = "n";
    body.append(row);
  }
  const need = found.middle.need;
  const lines = [["api", "the same model", q.offer.name, q.offer.apiProvider],
    ["equivalent", "an equivalent model", q.offer.equivalentModel, q.offer.equivalentProvider]]
    .filter(([key]) => figure(q.offer[key]) !== null)
    .map(([key, what, model, at]) => `API of ${what}: ${model} at ${at}, ${
      dollars(figure(q.offer[key]))} a million tokens, ${dollars(figure(q.offer[key]) * need)} a month.`);
  document.getElementById("apis").textContent = lines.join(" ") || "No API offers it or its like.";
  const moves = moved(q).sort((a, b) => b.factor - a.factor);
  document.getElementById("moved").textContent = moves.length
    ? `The assumption that moves it most: ${moves[0].name}, by a factor of ${whole(moves[0].factor)
    } between ${whole(moves[0].low)} and ${whole(moves[0].high)}.` : "";
  document.getElementById("said").textContent =
    `Hosting ${q.offer.name} on ${found.middle.machines} ${q.accelerators === 1 ? "" : `${
      found.middle.machines === 1 ? "machine" : "machines"} of ${q.accelerators} `}${q.device.name
    } costs ${dollars(found.middle.per)} per million tokens${
      api === null ? "" : `, ${dollars(api)} at an API`}.`;
  for (const [name, width, height] of [["wide", 720, 330], ["narrow", 350, 290]]) {
    const place = document.querySelector(`#answer .chart .${name}`);
    if (place) place.replaceChildren(curves(q, found, width, height));
  }
}

// One assumption at a time, as on the command line.
function moved(q) {
  const base = termsOf(q, "middle");
  const ends = {speed: [figure(q.speed.low), figure(q.speed.high)]};
  const kind = base.hire === null ? "buy" : "hire";
  ends[kind] = [termsOf(q, "low").price, termsOf(q, "high").price];
  for (const r of tables.costs)
    if (r.cost !== "setup" && (kind === "buy" || ["load", "staff", "wage"].includes(r.cost)))
      if (r.cost === "load" || Number(r.value) === q[r.cost])
        ends[r.cost] = [Number(r.low), Number(r.high)];
  ends.volume = [q.requests / 2, q.requests * 2];
  if (q.peak > 1) ends.peak = [1 + (q.peak - 1) / 2, q.peak * 1.5];
  ends.spare = q.spare < 2 ? [0, 1] : [1, q.spare];
  const at = (name, x) => {
    const t = {...base}, n = {...q};
    if (name === "volume") n.requests = x;
    else if (name in t) t[name] = x;
    else n[name] = x;
    return costs(t, n).per;
  };
  const found = Object.entries(ends).map(([name, [low, high]]) => {
    const [a, b] = [at(name, low), at(name, high)];
    const cost = tables.costs.find((r) => r.cost === name);
    return {name: cost ? cost.says : NAMES[name], low, high, factor: Math.max(a, b) / Math.min(a, b)};
  });
  const offers = [figure(q.offer.api), figure(q.offer.equivalent)].sort((a, b) => a - b);
  if (offers[0]) found.push({name: NAMES.api, low: offers[0], high: offers[1], factor: offers[1] / offers[0]});
  return found;
}

function node(name, attributes, parent, words) {
  const made = document.createElementNS(SVG, name);
  for (const [k, v] of Object.entries(attributes)) made.setAttribute(k, v);
  if (words !== undefined) made.textContent = words;
  if (parent) parent.append(made);
  return made;
}

// Monthly cost by volume, both axes logarithmic.
function curves(q, found, width, height) {
  const need = found.middle.need;
  const offers = [["API", figure(q.offer.api)], ["equivalent", figure(q.offer.equivalent)]]
    .filter(([, price]) => price !== null);
  const price = offers.length ? offers[0][1] : 0;
  const even = price ? found.middle.even(price) ?? found.low.even(price) : null;
  const far = even ? Math.max(2, Math.abs(Math.log10(even / need)) / 2 + 0.7) : 2;
  const mid = Math.log10(even ? Math.sqrt(even * need) : need);
  const xs = Array.from({length: 49}, (_, i) => 10 ** (mid - far + (2 * far * i) / 48));
  const ys = xs.flatMap((v) => [found.low.monthly(v), found.high.monthly(v),
    ...offers.map(([, price]) => price * v)]);
  const top = Math.log10(Math.max(...ys) * 1.4);
  const floor = Math.max(Math.log10(Math.min(...ys) / 1.4), top - 6, 0);
  const [left, right, below] = [62, 82, 44];
  const x = (v) => left + ((Math.log10(v) - mid + far) / (2 * far)) * (width - left - right);
  const y = (v) => 10 + ((top - Math.max(Math.log10(v), floor)) / (top - floor)) * (height - 10 - below);
  const path = (points) => points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)},${y(b).toFixed(1)}`).join("");
  const svg = node("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": document.getElementById("said").textContent});
  const short = (e) => `${10 ** (((e % 3) + 3) % 3)}${{"-3": "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}[3 * Math.floor(e / 3)] ?? ""}`;
  const label = {"font-size": 12, fill: "#5a6675"};
  const powers = (a, b) => {
    const all = Array.from({length: Math.floor(b) - Math.ceil(a) + 1}, (_, i) => Math.ceil(a) + i);
    return all.filter((_, i) => i % (1 + Math.floor(all.length / 7)) === 0);
  };
  for (const e of powers(floor, top)) {
    node("line", {x1: left, x2: width - right, y1: y(10 ** e), y2: y(10 ** e), stroke: "#dde2e8"}, svg);
    node("text", {...label, x: left - 8, y: y(10 ** e) + 4, "text-anchor": "end"}, svg, "$" + short(e));
  }
  for (const e of powers(mid - far, mid + far))
    node("text", {...label, x: x(10 ** e), y: height - below + 18, "text-anchor": "middle"}, svg, short(e));
  node("text", {...label, x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle"}, svg,
    "tokens a month, millions");
  const ends = xs.map((v) => [v, found.low.monthly(v)]);
  const back = xs.map((v) => [v, found.high.monthly(v)]).reverse();
  node("path", {d: path([...ends, ...back]) + "Z", fill: COLOURS.hosting, opacity: 0.16}, svg);
  node("line", {x1: x(need), x2: x(need), y1: 10, y2: height - below, stroke: "#1d2733", "stroke-dasharray": "2,3"}, svg);
  const lines = [["hosting", (v) => found.middle.monthly(v)],
    ...offers.map(([name, price]) => [name, (v) => price * v])];
  let last = -20;
  const last_x = xs[xs.length - 1];
  for (const [name, cost] of lines)
    node("path", {d: path(xs.map((v) => [v, cost(v)]).filter(([, c]) => c >= 10 ** floor)), fill: "none", stroke: COLOURS[name], "stroke-width": 2,
      ...(name === "hosting" ? {} : {"stroke-dasharray": "5,2"})}, svg);
  for (const [name, cost] of [...lines].sort((a, b) => b[1](last_x) - a[1](last_x))) {
    last = Math.max(last + 15, y(cost(last_x)) + 4);
    node("text", {x: width - right + 6, y: last, "font-size": 12, "font-weight": 600, fill: COLOURS[name]}, svg, name);
  }
  return svg;
}

// What would serve it, where the chosen hardware cannot.
function others(q) {
  const can = tables.speeds
    .filter((r) => r.workload === q.said.workload && r.model === q.said.model && !r.why)
    .map((r) => `${r.accelerators} x ${tables.hardware.find((d) => d.device === r.device).name}`);
  return can.length ? ` These can: ${can.join(", ")}.` : " None of the hardware here can.";
}

function answer() {
  const said = document.getElementById("said");
  const parts = document.querySelectorAll("#answer > :not(#said)");
  const wrong = [...asked.elements].find((e) => e.willValidate && !e.checkValidity());
  const q = wrong ? null : question();
  const price = q && q.speed && !q.speed.why && termsOf(q, "middle").price;
  let fault = "";
  if (wrong) fault = `${wrong.labels[0].firstChild.textContent.trim()}: ${wrong.validationMessage}`;
  else if (!q.speed) fault = `One machine holds no ${q.accelerators} of ${q.device.name}.`;
  else if (q.speed.why) fault = `${q.accelerators} x ${q.device.name} cannot serve ${q.offer.name}: ${q.speed.why}.${others(q)}`;
  else if (price === null) fault = `No price of ${q.device.name} is known: give your own.`;
  else if (q.years <= 0) fault = "Years must be above zero.";
  for (const part of parts) part.hidden = fault !== "";
  if (fault) said.textContent = fault;
  else show(q, Object.fromEntries(ENDS.map((end) => [end, costs(termsOf(q, end), q)])));
}

function fill() {
  const w = tables.workloads.find((r) => r.workload === asked.elements.workload.value);
  for (const name of ["requests", "peak", "spare"]) asked.elements[name].value = w[name];
}

if (asked && tables.speeds.length && document.querySelector("#result")) {
  const models = new Map(tables.offers.map((r) => [r.model, r.name]));
  for (const [id, name] of models) text("option", name, asked.elements.model).value = id;
  asked.elements.workload.value = "chat-1000";
  asked.elements.device.value = "h100-sxm";
  fill();
  asked.hidden = false;
  asked.addEventListener("input", (event) => {
    if (event.target === asked.elements.workload) fill();
    answer();
  });
  asked.addEventListener("submit", (event) => event.preventDefault());
}
}
