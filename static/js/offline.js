/**
 * A form that must not be lost: `form[data-offline]`. It is sent by fetch; when the network fails it is kept on the
 * phone (IndexedDB) and sent by itself when the network is back, from whatever page is open. Each carries an
 * idempotency key made when the form is drawn, so that sending twice files once.
 *
 * States are drawn in `[data-offline-said]` (there is no network) and `[data-queue]` (what waits). A kept report
 * belongs to the person who wrote it and is sent only under their sign-in.
 */
import htmx from "htmx.org/dist/htmx.esm.js";
import { openDB } from "idb";
import { serverSaid, zone } from "./clockwork.js";
import { ask } from "./dialog.js";
import { clean, hold, release } from "./form.js";
import { toast } from "./toasts.js";
import { meta, randomKey, word } from "./words.js";

const FLAG = "responder.queue";
const RETRY = 20_000;
const TIMEOUT = 30_000;
let flushing = false;
let watching = false;

const database = openDB("responder", 1, {
  upgrade(db) {
    db.createObjectStore("queue", { keyPath: "key" });
  },
});

class Refused extends Error {
  constructor(why, { html = null, url = null, signIn = false } = {}) {
    super(why);
    Object.assign(this, { html, url, signIn });
  }
}

/** Posts entries; resolves to {html, url} of the page that followed. Throws Refused, or TypeError without network. */
async function post(action, entries, key) {
  const send = (token) => {
    const body = new FormData();
    for (const [name, value] of entries) {
      if (name !== "csrf_token") body.append(name, value);
    }
    body.append("csrf_token", token);
    return fetch(action, {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { Accept: "text/html", "Idempotency-Key": key },
      signal: AbortSignal.timeout(TIMEOUT),
    });
  };
  let response = await send(meta("csrf-token") ?? "");
  if (response.status === 400 || response.status === 403) {
    // The page may have lain open for a night: its token is old. Take a fresh one and try once more.
    const page = await (await fetch(window.location.href, { credentials: "same-origin", cache: "no-store" })).text();
    const token = new DOMParser().parseFromString(page, "text/html").querySelector('meta[name="csrf-token"]')?.content;
    if (token) {
      document.querySelector('meta[name="csrf-token"]').content = token;
      response = await send(token);
    }
  }
  serverSaid(response);
  const html = await response.text();
  if (response.status === 401 || (response.redirected && new URL(response.url).pathname === meta("sign-in"))) {
    throw new Refused(word("signInAgain"), { signIn: true });
  }
  if (response.status === 429) throw new Refused(word("tooMany"));
  if (response.status >= 500) throw new Refused(word("serverError"));
  if (!response.ok || !response.redirected) throw new Refused(reason(html), { html, url: null });
  return { html, url: response.url };
}

function reason(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const said = page.querySelector("[data-errors], .notice.error, .error")?.textContent.replace(/\s+/g, " ").trim();
  return said || word("needsFixing");
}

// The page that followed was already read; fetching it again would lose the message it carries.
function show({ html, url }) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.getElementById("main");
  const here = document.getElementById("main");
  if (!next || !here) {
    window.location.assign(url ?? window.location.href);
    return;
  }
  if (url) history.pushState({}, "", url);
  document.title = page.title;
  here.replaceWith(document.adoptNode(next));
  htmx.process(next);
  document.dispatchEvent(new CustomEvent("responder:page"));
  window.scrollTo(0, 0);
  (next.querySelector("[data-errors]") ?? next).focus({ preventScroll: true });
}

// Pages shown this way were not loaded by the browser, so going back needs a real load.
window.addEventListener("popstate", () => window.location.reload());

async function all() {
  return (await (await database).getAll("queue")).filter((item) => item.me === meta("me")).sort((a, b) => a.at - b.at);
}

async function changed() {
  const count = await (await database).count("queue");
  if (count > 0) localStorage.setItem(FLAG, String(count));
  else localStorage.removeItem(FLAG);
  await draw();
}

async function keep(form, entries, key) {
  await (await database).put("queue", {
    key,
    me: meta("me"),
    action: form.action,
    page: window.location.pathname + window.location.search,
    at: Date.now(),
    entries,
    place: form.querySelector("[data-place]")?.dataset.path ?? null,
    state: "waiting",
    why: "",
  });
  await changed();
  watch();
}

/** Sends what waits, oldest first. */
async function flush() {
  if (flushing || !navigator.onLine) return;
  flushing = true;
  try {
    for (const item of await all()) {
      if (item.state === "refused") continue;
      try {
        await mark(item, "sending");
        const { url } = await post(item.action, item.entries, item.key);
        await (await database).delete("queue", item.key);
        toast(word("queueSent"), { stay: true, url });
      } catch (error) {
        if (!(error instanceof Refused)) {
          await mark(item, "waiting");
          break;
        }
        await mark(item, error.signIn ? "signin" : error.html === null ? "waiting" : "refused", error.message);
        if (error.signIn) break;
      }
    }
  } finally {
    flushing = false;
    await changed();
  }
}

async function mark(item, state, why = "") {
  Object.assign(item, { state, why });
  await (await database).put("queue", item);
  await draw();
}

const SAID = { waiting: "queueWaiting", sending: "queueSending", refused: "queueRefused", signin: "queueSignIn" };

async function draw() {
  for (const bar of document.querySelectorAll("[data-offline-said]")) {
    bar.hidden = navigator.onLine;
    bar.textContent = word("offline");
  }
  const lists = document.querySelectorAll("[data-queue]");
  if (lists.length === 0) return;
  const items = await all();
  for (const list of lists) {
    list.hidden = items.length === 0;
    list.setAttribute("aria-label", word("queueTitle"));
    list.replaceChildren(...items.map(row));
  }
}

function row(item) {
  const line = document.createElement("li");
  line.dataset.state = item.state;
  const said = document.createElement("span");
  const time = new Date(item.at).toLocaleTimeString("zh-CN", { hour12: false, hour: "2-digit", minute: "2-digit", timeZone: zone });
  said.textContent = word(SAID[item.state], { time, why: item.why });
  line.append(said);
  if (item.state === "refused" || item.state === "waiting") {
    line.append(button("queueEdit", () => reopen(item)), button("queueDrop", () => drop(item)));
  }
  return line;
}

function button(key, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "btn small";
  element.textContent = word(key);
  element.addEventListener("click", act);
  return element;
}

async function drop(item) {
  if (!(await ask(word("queueDropSure"), word("queueDrop")))) return;
  await (await database).delete("queue", item.key);
  await changed();
}

/** Puts a kept report back into the form, to be mended; it leaves the queue. */
async function reopen(item) {
  const form = [...document.querySelectorAll("form[data-offline]")].find((other) => other.action === item.action);
  if (!form) {
    window.location.assign(item.page);
    return;
  }
  const files = [];
  for (const control of form.elements) {
    if (control.type === "radio" || control.type === "checkbox") control.checked = false;
  }
  for (const [name, value] of item.entries) {
    if (name === "csrf_token") continue;
    if (value instanceof Blob) {
      if (value.size > 0) files.push(value);
      continue;
    }
    const controls = [...form.elements].filter((control) => control.name === name);
    for (const control of controls) {
      if (control.type === "radio" || control.type === "checkbox") control.checked ||= control.value === value;
      else if (control.type !== "file") control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  const place = form.querySelector("[data-place]");
  if (place && item.place) place.dispatchEvent(new CustomEvent("responder:place", { detail: JSON.parse(item.place) }));
  if (files.length > 0) form.querySelector("[data-photos]")?.dispatchEvent(new CustomEvent("responder:photos", { detail: files }));
  await (await database).delete("queue", item.key);
  await changed();
  form.scrollIntoView();
}

/** Takes over one form. */
export function mount(form) {
  const field = form.elements.idempotency_key;
  if (field && field.value === "") field.value = randomKey();
  form.addEventListener("submit", (event) => {
    // Whatever asked a question or found a field missing comes first.
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (!form.dataset.sending) submit(form, event.submitter);
  });
  resume();
}

async function submit(form, submitter) {
  const entries = [...new FormData(form).entries()];
  if (submitter?.name) entries.push([submitter.name, submitter.value]);
  const field = form.elements.idempotency_key;
  const key = field?.value || randomKey();
  hold(form, submitter);
  try {
    const page = await post(form.action, entries, key);
    clean(form);
    show(page);
  } catch (error) {
    if (error instanceof Refused) {
      if (error.html !== null) show({ html: error.html, url: null });
      else toast(word("sendFailed", { why: error.message }), { kind: "error", stay: true });
    } else await keepForLater(form, entries, key, field);
  } finally {
    release(form);
  }
}

async function keepForLater(form, entries, key, field) {
  try {
    await keep(form, entries, key);
  } catch {
    toast(word("queueNoStore"), { kind: "error", stay: true });
    return;
  }
  toast(word("queued"), { stay: true });
  clean(form);
  form.reset();
  if (field) field.value = randomKey();
  document.dispatchEvent(new CustomEvent("responder:page"));
  window.scrollTo(0, 0);
}

function watch() {
  if (watching) return;
  watching = true;
  for (const name of ["online", "offline"]) {
    window.addEventListener(name, () => {
      draw();
      flush();
    });
  }
  setInterval(async () => (await all()).length > 0 && flush(), RETRY);
}

/** Draws what waits and sends it, if there is a network. */
export function resume() {
  watch();
  draw();
  flush();
}
