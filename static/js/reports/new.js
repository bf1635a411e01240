/**
 * The report form: what fits the chosen kind is shown, areas and sums are said in the other unit too, figures that
 * contradict each other are named before sending, place and hazard of the last report on this phone are put in.
 */
import { meta } from "../words.js";

const RATIO = { mu: ["ha", 1 / 15], ha: ["mu", 15], wan: ["yuan", 10_000], yuan: ["wan", 1 / 10_000] };
const STORED = { mu: 1 / 15, wan: 10_000 };
const REMEMBERED = 3 * 24 * 3600_000;
const shown = (number) => number.toLocaleString("zh-CN", { maximumFractionDigits: 2 });

const plain = (text) => text.replace(/[０-９]/g, (c) => String(c.charCodeAt(0) - 0xff10)).replace(/[．]/g, ".").replace(/[,，\s]/g, "");

/** What stands in a field, or null: blank is not zero. */
function stated(form, slug) {
  const text = plain(form.elements[slug]?.value ?? "");
  return text === "" || form.elements[slug].disabled || Number.isNaN(Number(text)) ? null : Number(text);
}

const unitOf = (form, slug) => form.querySelector(`[name="${slug}_unit"]:checked`)?.value;
// Hectares are kept to the hundredth, as the server does.
const stored = (form, slug) => {
  const value = stated(form, slug);
  return value === null ? null : Math.round(value * (STORED[unitOf(form, slug)] ?? 1) * 100) / 100;
};

// "300亩", "20 ha", "18.5 × 10,000 yuan".
function counted(value, unit) {
  const between = /^\d/.test(unit) ? " × " : document.documentElement.lang === "en" ? " " : "";
  return `${shown(value)}${between}${unit}`;
}

function echo(form, box) {
  const said = box.querySelector("[data-echo]");
  const value = stated(form, box.dataset.figure);
  const unit = unitOf(form, box.dataset.figure);
  said.hidden = value === null || !RATIO[unit];
  if (said.hidden) return;
  const named = (slug) => box.querySelector(`[value="${slug}"]`).parentElement.textContent.trim();
  const [other, times] = RATIO[unit];
  said.textContent = `${counted(value, named(unit))} = ${counted(value * times, named(other))}`;
}

/** The hint's words where its figures contradict each other, or null. */
function wrong(form, hint) {
  const parts = hint.parts.map((slug) => stored(form, slug)).filter((value) => value !== null);
  if (parts.length === 0 || (hint.parts.length > 1 && parts.length < 2)) return null;
  if ((form.elements.division?.value ?? "").length < (hint.digits ?? 0)) return null;
  const sum = parts.reduce((total, value) => total + value, 0);
  const most = hint.than ? stored(form, hint.than) : (hint.most ?? null);
  const bad = hint.least === undefined ? most !== null && sum > most : sum < hint.least;
  return bad ? hint.words.replace("{a}", shown(sum)).replace("{b}", most === null ? "" : shown(most)) : null;
}

function check(form) {
  const bar = form.querySelector("[data-hints]");
  const correction = form.querySelector("[name=kind]:checked")?.value === "correction";
  const rules = JSON.parse(bar.querySelector("script").textContent).filter((hint) => hint.least === undefined || !correction);
  const found = rules.map((hint) => wrong(form, hint)).filter(Boolean);
  const said = bar.querySelector("p");
  const text = found.slice(0, 2).join("\n");
  if (said.textContent !== text) said.textContent = text;
  bar.hidden = found.length === 0;
}

function fit(form) {
  const chosen = form.querySelector("[name=kind]:checked");
  if (!chosen) return;
  form.querySelector("[data-kind-said]").textContent = chosen.parentElement.textContent.trim();
  const zero = chosen.value === "zero";
  for (const section of form.querySelectorAll("[data-not-zero]")) {
    for (const control of section.querySelectorAll("input, select, textarea")) control.disabled = zero;
  }
  const reason = form.elements.reason;
  if (reason) reason.disabled = chosen.value !== "correction" && reason.closest(".asked") === null;
}

const place = () => `responder.last.${meta("me")}`;

function remember(form) {
  const path = form.querySelector("[data-place]")?.dataset.path ?? null;
  const hazard = form.querySelector("[name=hazard]:checked")?.value ?? "";
  localStorage.setItem(place(), JSON.stringify({ path, hazard, at: Date.now() }));
}

// The page may have been kept on the phone since before the last report.
function recall(form) {
  const last = JSON.parse(localStorage.getItem(place()) ?? "null");
  if (form.dataset.fresh === undefined || last === null || last.at < Number(form.dataset.fresh || 0) * 1000) return;
  const box = form.querySelector("[data-place]");
  if (box && last.path && last.path !== "[]") {
    box.dataset.path = last.path;
    const path = JSON.parse(last.path);
    form.elements.division.value = path[path.length - 1][0];
    box.querySelector(".picker").open = false;
    box.dispatchEvent(new CustomEvent("responder:place", { detail: path }));
  }
  if (Date.now() - last.at > REMEMBERED) return;
  const tile = form.querySelector(`[name=hazard][value="${CSS.escape(last.hazard)}"]`);
  if (tile) tile.checked = true;
}

let asked = "";

/** Asks whether a first report would repeat what is already open. Without a network nothing is asked. */
async function askLikely(form) {
  const box = form.querySelector("[data-likely]");
  const value = (name) => form.elements[name]?.value ?? "";
  const first = form.querySelector("[name=kind]:checked")?.value === "initial" && value("ref") === "";
  const hazard = form.querySelector("[name=hazard]:checked")?.value;
  const query = new URLSearchParams({ division: value("division"), hazard: hazard ?? "", lat: value("lat"), lng: value("lng") });
  const now = first && hazard && value("division") ? query.toString() : "";
  if (now === asked) return;
  asked = now;
  let found = [];
  if (now !== "") {
    try {
      const response = await fetch(`${box.dataset.likely}?${now}`, { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (response.ok) found = [...new DOMParser().parseFromString(await response.text(), "text/html").body.children];
    } catch {
      return;
    }
  }
  // The choice may have changed meanwhile.
  if (now === asked) box.replaceChildren(...found);
}

// Continues the incident that was shown: the same thing is told on, not anew.
function join(form, incident) {
  form.elements.ref.value = incident;
  form.querySelector("[data-ref]").textContent = incident;
  const followup = form.querySelector("[name=kind][value=followup]");
  followup.checked = true;
  followup.dispatchEvent(new Event("input", { bubbles: true }));
}

function mount() {
  const form = document.querySelector("form.report-form");
  if (!form || form.dataset.fitted) return;
  form.dataset.fitted = "1";
  const query = new URLSearchParams(window.location.search);
  asked = "";
  // A page kept on the phone was asked for without these.
  const kind = form.querySelector(`[name=kind][value="${CSS.escape(query.get("kind") ?? "")}"]`);
  if (form.dataset.fresh !== undefined) {
    if (kind) kind.checked = true;
    if (query.get("incident")) form.elements.ref.value = query.get("incident").slice(0, 40);
    if (!query.get("division") && !query.get("hazard") && !query.get("inbound")) recall(form);
  }
  const draw = () => {
    fit(form);
    form.querySelectorAll("[data-figure]").forEach((box) => echo(form, box));
    check(form);
    askLikely(form);
  };
  form.addEventListener("click", (event) => {
    const same = event.target.closest("[data-same]");
    if (same) join(form, same.dataset.same);
  });
  document.addEventListener("responder:draft", () => {
    if (kind && form.isConnected) kind.checked = true;
    draw();
  });
  form.addEventListener("input", draw);
  form.addEventListener("change", (event) => {
    if (event.target.name === "kind") event.target.closest("details").open = false;
  });
  form.addEventListener("submit", () => remember(form));
  const began = form.elements.ref.value;
  form.addEventListener("reset", () => {
    form.querySelector("details.kind").open = false;
    // Hidden fields are not reset by the browser.
    form.elements.ref.value = began;
    form.querySelector("[data-ref]").textContent = began;
    setTimeout(() => {
      recall(form);
      draw();
    });
  });
  draw();
}

mount();
document.addEventListener("responder:page", mount);
