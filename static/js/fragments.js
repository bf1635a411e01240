/**
 * Parts of a page that follow events: `<section data-fragment="/board/_reports" data-on="report. incident.">`.
 * Refetches are coalesced (at least 250 ms apart) with jitter, so that a burst of reports costs a thousand screens
 * few requests. Swapped by htmx, so hx attributes inside work. Focus, scroll and open <details> stay; new rows
 * (data-key) are lit; ticks stay. `data-every="30"` fetches again every so many seconds: lists that time itself changes. While somebody types inside or a dialog inside is open, the swap waits.
 */
import htmx from "htmx.org/dist/htmx.esm.js";
import { serverSaid } from "./clockwork.js";
import { toast } from "./toasts.js";
import { kindMatches, word } from "./words.js";

const APART = 250;
const JITTER = 150;
const HELD = 500;
const LIT = 6000;
const states = new WeakMap();

function stateOf(element) {
  if (!states.has(element)) {
    states.set(element, { timer: null, fetched: 0, busy: false, again: false, failures: 0, lit: new Map(), text: null });
  }
  return states.get(element);
}

/** Asks for a fresh copy soon. */
export function refresh(element, delay = null) {
  const state = stateOf(element);
  if (state.busy) {
    state.again = true;
    return;
  }
  if (state.timer !== null) return;
  const wait = delay ?? Math.max(0, state.fetched + APART - Date.now()) + Math.random() * JITTER;
  state.timer = setTimeout(() => {
    state.timer = null;
    load(element, state);
  }, wait);
}

async function load(element, state) {
  if (!element.isConnected) return;
  state.busy = true;
  state.again = false;
  state.fetched = Date.now();
  let retry = null;
  try {
    const response = await fetch(element.dataset.fragment, {
      headers: { "HX-Request": "true", Accept: "text/html" },
      credentials: "same-origin",
      cache: "no-store",
    });
    serverSaid(response);
    if (response.redirected || response.status === 401) {
      toast(word("signInAgain"), { kind: "error", key: "sign-in", stay: true, reload: true });
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const text = await response.text();
    await settle(element);
    if (text !== state.text) await swap(element, state, text);
    state.text = text;
    state.failures = 0;
    delete element.dataset.stale;
  } catch {
    state.failures += 1;
    element.dataset.stale = "1";
    if (state.failures === 2) toast(word("stale"), { kind: "error", key: "stale" });
    retry = Math.min(30_000, 2000 * 2 ** (state.failures - 1));
  } finally {
    state.busy = false;
  }
  if (retry !== null) refresh(element, retry);
  else if (state.again) refresh(element);
}

function held(element) {
  if (element.querySelector("dialog[open]")) return true;
  const active = document.activeElement;
  return (
    element.contains(active) &&
    active.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])")
  );
}

async function settle(element) {
  while (held(element)) await new Promise((done) => setTimeout(done, HELD));
}

function keys(element) {
  return new Set(Array.from(element.querySelectorAll("[data-key]"), (row) => row.dataset.key));
}

/** A way to find the same control again in the new content: by id, or by its row's key and its own address or words. */
function finder(control, element) {
  if (!control || control === document.body || !element.contains(control)) return null;
  if (control.id) return () => document.getElementById(control.id);
  const key = control.closest("[data-key]")?.dataset.key ?? null;
  const sign = (other) => [other.tagName, other.getAttribute("name"), other.getAttribute("href"), other.textContent.trim()].join("|");
  const mine = sign(control);
  return () => {
    const row = key === null ? element : element.querySelector(`[data-key="${CSS.escape(key)}"]`);
    return Array.from(row?.querySelectorAll(control.tagName) ?? []).find((other) => sign(other) === mine) ?? null;
  };
}

async function swap(element, state, text) {
  const before = keys(element);
  const refind = finder(document.activeElement, element);
  const opened = Array.from(element.querySelectorAll("details[open]"), (part) => finder(part.querySelector("summary"), element));
  const ticked = Array.from(element.querySelectorAll("input[type=checkbox]:checked"), (box) => finder(box, element));
  const scrolled = [element, ...element.querySelectorAll("[data-scroll]")].map((part) => [part.dataset.scroll, part.scrollTop]);

  await htmx.swap({ text, target: element, sourceElement: element, swap: "innerHTML" });

  for (const find of opened) {
    const part = find?.()?.closest("details");
    if (part) part.open = true;
  }
  for (const find of ticked) {
    const box = find?.();
    if (box) box.checked = true;
  }
  for (const [name, top] of scrolled) {
    const part = name === undefined ? element : element.querySelector(`[data-scroll="${CSS.escape(name)}"]`);
    if (part) part.scrollTop = top;
  }
  refind?.()?.focus({ preventScroll: true });

  for (const key of keys(element)) if (!before.has(key)) state.lit.set(key, Date.now());
  light(element, state);
  element.dispatchEvent(new CustomEvent("responder:fragment", { bubbles: true, detail: { url: element.dataset.fragment } }));
}

/** Lights new rows; a row lit before the last swap goes on from where it was. */
function light(element, state) {
  for (const [key, since] of state.lit) {
    const spent = Date.now() - since;
    if (spent > LIT) {
      state.lit.delete(key);
      continue;
    }
    for (const row of element.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) {
      row.style.animationDelay = `-${spent}ms`;
      row.classList.add("is-new");
      setTimeout(() => row.classList.remove("is-new"), LIT - spent);
    }
  }
}

document.addEventListener("responder:event", ({ detail }) => {
  for (const element of document.querySelectorAll("[data-fragment]")) {
    if (kindMatches(detail.kind, element.dataset.on)) refresh(element);
  }
});

document.addEventListener("responder:gap", () => {
  const found = document.querySelectorAll("[data-fragment]");
  found.forEach((element) => refresh(element, Math.random() * 2000));
  if (found.length === 0 && !document.querySelector("form")) window.location.reload();
  else if (found.length === 0) toast(word("missedMuch"), { key: "gap", stay: true, reload: true });
});

setInterval(() => {
  for (const element of document.querySelectorAll("[data-fragment][data-every]")) {
    if (!document.hidden && Date.now() - stateOf(element).fetched >= Number(element.dataset.every) * 1000) refresh(element);
  }
}, 5000);
