"use strict";
// Search, filters, sorting and tips. Pages are complete without this file.

const form = document.querySelector(".find");
const query = document.getElementById("q");
const found = document.getElementById("found");
const MOST = 60;
const UNKNOWN = "–";

function text(tag, words, parent) {
  const node = document.createElement(tag);
  node.textContent = words;
  if (parent) parent.append(node);
  return node;
}

// How well a page fits the words asked for: 0 not at all.
function fit([path, title, kind, also], words) {
  const name = title.toLowerCase();
  const whole = words.join(" ");
  if (!words.every((w) => name.includes(w) || also.includes(w) || kind === w)) return 0;
  if (name === whole || also.split(" ")[0] === whole) return 5;
  if (name.startsWith(whole)) return 4;
  return words.every((w) => name.includes(w)) ? 3 : 1;
}

const note = document.getElementById("found-note");
const empty = note ? [...note.childNodes] : [];
let index = null; // read once
let latest = "";

async function search(asked) {
  latest = asked;
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  index = index || fetch(form.dataset.index).then((answer) => answer.json());
  const pages = await index;
  if (asked !== latest) return; // more was typed in the meantime
  found.replaceChildren();
  if (!words.length) {
    note.replaceChildren(...empty);
    return;
  }
  const hits = pages
    .map((page) => [fit(page, words), page])
    .filter(([score]) => score > 0)
    .sort((a, b) => b[0] - a[0] || a[1][1].length - b[1][1].length || (a[1][1] < b[1][1] ? -1 : 1));
  const root = form.dataset.root.replace(/index\.html$/, "");
  for (const [, [path, title, kind]] of hits.slice(0, MOST)) {
    const item = text("li", "", found);
    const link = text("a", title, item);
    link.href = root + path.split("/").map(encodeURIComponent).join("/");
    text("small", " " + kind, item);
  }
  note.textContent = hits.length
    ? `${hits.length} found${hits.length > MOST ? `, the best ${MOST} shown` : ""}`
    : `Nothing has “${asked}” in its name.`;
}

if (found) {
  query.value = new URLSearchParams(location.search).get("q") || "";
  search(query.value);
  query.addEventListener("input", () => search(query.value));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// Filter and sort of long tables.
function value(cell) {
  const words = cell.textContent.trim();
  const plain = words.replace(/[,$%\s]/g, "");
  return plain !== "" && !isNaN(plain) ? Number(plain) : words.toLowerCase();
}

// What is not known comes last, whichever way.
function compare(a, b, down) {
  if (a === UNKNOWN || b === UNKNOWN) return (a === UNKNOWN) - (b === UNKNOWN);
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  const order = a < b ? -1 : a > b ? 1 : 0;
  return down ? -order : order;
}

function sortable(table) {
  table.querySelectorAll("thead th").forEach((head, i) => {
    const button = document.createElement("button");
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    head.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      table.querySelectorAll("thead th").forEach((h) => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => [value(row.cells[i]), row]);
      rows.sort((a, b) => compare(a[0], b[0], down));
      body.append(...rows.map(([, row]) => row));
    });
  });
}

function filterable(table) {
  const box = document.createElement("label");
  box.className = "filter";
  const input = document.createElement("input");
  const count = document.createElement("span");
  input.type = "search";
  count.setAttribute("role", "status");
  box.append("Filter ", input, count);
  table.closest(".scroll").before(box);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const line = row.textContent.toLowerCase();
      row.hidden = !words.every((w) => line.includes(w));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length ? `${shown} of ${table.tBodies[0].rows.length} rows` : "";
  });
}

document.querySelectorAll("table[data-filter]").forEach((table) => {
  filterable(table);
  sortable(table);
});

// One group of a chart alone: the others grow pale.
document.querySelectorAll(".pick button").forEach((button) => {
  button.addEventListener("click", () => {
    const chart = button.closest(".chart");
    const alone = button.getAttribute("aria-pressed") !== "true";
    chart.querySelectorAll(".pick button").forEach((b) => b.setAttribute("aria-pressed", "false"));
    button.setAttribute("aria-pressed", String(alone));
    const colour = button.dataset.colour;
    const marks = [...chart.querySelectorAll(".pick button")].map((b) => b.dataset.colour);
    chart.querySelectorAll(".wide [fill], .wide [stroke], .narrow [fill], .narrow [stroke]").forEach((mark) => {
      const own = [mark.getAttribute("fill"), mark.getAttribute("stroke")];
      const other = own.some((c) => marks.includes(c)) && !own.includes(colour);
      mark.classList.toggle("pale", alone && other);
    });
  });
});

// What a mark of a chart says, beside the pointer.
const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);

function nearest(svg, x, y) {
  let best = null;
  let least = 900; // square of the greatest distance, pixels
  for (const mark of svg.querySelectorAll("[data-tip]")) {
    const box = mark.getBoundingClientRect();
    const dx = Math.max(box.left - x, 0, x - box.right);
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    if (dx * dx + dy * dy < least) {
      least = dx * dx + dy * dy;
      best = mark;
    }
  }
  return best;
}

document.querySelectorAll(".chart .wide svg, .chart .narrow svg").forEach((svg) => {
  svg.addEventListener("pointermove", (event) => {
    const mark = nearest(svg, event.clientX, event.clientY);
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.dataset.tip;
    tip.style.left = `${Math.min(event.pageX + 12, document.documentElement.clientWidth - 310)}px`;
    tip.style.top = `${event.pageY + 14}px`;
  });
  svg.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
});
