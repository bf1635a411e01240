/**
 * A form that must not be lost: `form[data-offline]`. What is sent is first kept on this phone (store.js), then sent by
 * fetch; without a network, without a sign-in, or when the answer is lost it stays and goes by itself later (sender.js),
 * from whatever page is open. `[data-offline-said]` says that there is no network, `[data-queue]` lists what is kept.
 */
import htmx from "htmx.org/dist/htmx.esm.js";
import { serverSaid, zone } from "./clockwork.js";
import { ask } from "./dialog.js";
import { fill, follow, forget, placeOf, setAside } from "./draft.js";
import { clean, hold, release } from "./form.js";
import { patience, sendAll, whoSends } from "./sender.js";
import { onChange, put, queue, remove, sweep, takeBack } from "./store.js";
import { toast } from "./toasts.js";
import { meta, randomKey, word } from "./words.js";

const RETRY = 20_000;
let flushing = false;
let watching = false;

/** The page that followed, `{html, url}`; a 422 has no url. Anything else is left to the queue: null. */
async function post(item) {
  const send = (token) => {
    const body = new FormData();
    for (const [name, value] of item.entries) if (name !== "csrf_token") body.append(name, value);
    body.append("csrf_token", token);
    return fetch(item.action, {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { Accept: "text/html", "Idempotency-Key": item.key },
      signal: AbortSignal.timeout(patience(item)),
    });
  };
  let response = await send(meta("csrf-token") ?? "");
  if (response.status === 400) {
    // The page may have lain open for a night, or another person signed in meanwhile: theirs it is not.
    const { me, token } = await whoSends();
    if (me !== item.me) return null;
    document.querySelector('meta[name="csrf-token"]').content = token;
    response = await send(token);
  }
  serverSaid(response);
  if (response.status === 422) return { html: await response.text(), url: null };
  const signIn = response.redirected && new URL(response.url).pathname === meta("sign-in");
  return response.ok && response.redirected && !signIn ? { html: await response.text(), url: response.url } : null;
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

/** Sends what waits, oldest first. */
async function flush() {
  const me = meta("me");
  if (flushing || me === null || !navigator.onLine) return;
  flushing = true;
  try {
    await sendAll(me, {
      onChange: draw,
      onSent: ({ number, url }) => toast(word("queueArrived", { number }), { key: number, stay: true, url }),
    });
  } finally {
    flushing = false;
    await draw();
  }
}

const SAID = {
  waiting: "queueWaiting",
  sending: "queueSending",
  sent: "queueSent",
  refused: "queueRefused",
  signin: "queueSignIn",
};

async function draw() {
  for (const bar of document.querySelectorAll("[data-offline-said]")) {
    bar.hidden = navigator.onLine;
    // Without a service worker the form is gone when the page is closed; what is kept goes when it is opened again.
    bar.textContent = word(window.isSecureContext ? "offline" : "offlineOpen");
  }
  const lists = document.querySelectorAll("[data-queue]");
  if (lists.length === 0) return;
  const { mine, others } = await queue(meta("me"));
  for (const list of lists) {
    list.hidden = mine.length + others === 0;
    list.setAttribute("aria-label", word("queueTitle"));
    list.replaceChildren(...mine.map(row));
    if (others > 0) list.append(line("others", word("queueOthers", { n: others })));
  }
}

function line(state, text, url = null) {
  const element = document.createElement("li");
  element.dataset.state = state;
  const said = document.createElement(url ? "a" : "span");
  if (url) said.href = url;
  said.textContent = text;
  element.append(said);
  return element;
}

function row(item) {
  const time = new Date(item.at).toLocaleTimeString("zh-CN", { hour12: false, hour: "2-digit", minute: "2-digit", timeZone: zone });
  const words = word(SAID[item.state], { time, what: item.label ?? "", why: item.why, number: item.number ?? "" });
  const element = line(item.state, words, item.state === "sent" ? item.url : null);
  if (item.state === "signin") element.append(link("queueGoSignIn", `${meta("sign-in")}?next=${encodeURIComponent("/reports/new")}`));
  // What may have arrived already can't be mended here: the mended one would be a second report.
  if (item.state === "refused" || (item.state === "waiting" && !item.tried)) element.append(button("queueEdit", () => reopen(item)));
  if (item.state !== "sending") element.append(button(item.state === "sent" ? "close" : "queueDrop", () => drop(item)));
  return element;
}

function button(key, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "btn small";
  element.textContent = word(key);
  element.addEventListener("click", act);
  return element;
}

function link(key, url) {
  const element = document.createElement("a");
  element.className = "btn small";
  element.href = url;
  element.textContent = word(key);
  return element;
}

async function drop(item) {
  if (item.state !== "sent" && !(await ask(word("queueDropSure"), word("queueDrop")))) return;
  if (item.state === "sent") await remove(item.key);
  else await takeBack(item.key);
  await draw();
}

/** Puts a kept report back into the form, to be mended; it leaves the queue. */
async function reopen({ key, action, page }) {
  const form = [...document.querySelectorAll("form[data-offline]")].find((other) => other.action === action);
  if (!form) {
    window.location.assign(page);
    return;
  }
  const item = await takeBack(key);
  if (item) {
    fill(form, item.entries, item.place);
    form.scrollIntoView();
  }
  await draw();
}

/** Takes over one form. */
export function mount(form) {
  const field = form.elements.idempotency_key;
  // A page that was kept on the phone is opened many times: each report begun on it has a key of its own.
  if (field && (field.value === "" || form.dataset.fresh !== undefined)) field.value = randomKey();
  form.addEventListener("submit", (event) => {
    // Whatever asked a question or found a field missing comes first.
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (!form.dataset.sending) submit(form, event.submitter);
  });
  follow(form);
  resume();
}

function written(form, submitter) {
  const entries = [...new FormData(form).entries()].filter(([, value]) => !(value instanceof File) || value.size > 0);
  if (submitter?.name) entries.push([submitter.name, submitter.value]);
  const place = placeOf(form);
  const hazard = form.querySelector("[name=hazard]:checked")?.parentElement.textContent.trim() ?? "";
  return {
    key: form.elements.idempotency_key?.value || randomKey(),
    me: meta("me"),
    drill: meta("world") ?? "",
    action: form.action,
    page: window.location.pathname + window.location.search,
    at: Date.now(),
    label: [place?.[place.length - 1]?.[1] ?? form.dataset.home ?? "", hazard].filter(Boolean).join(" "),
    entries,
    place,
    state: "sending",
    why: "",
    tried: navigator.onLine,
  };
}

async function submit(form, submitter) {
  const item = written(form, submitter);
  hold(form, submitter);
  try {
    // Kept before it is sent: whatever happens to this page now, the report is not lost, and not filed twice.
    const kept = await put({ ...item, until: Date.now() + patience(item) + 10_000 }).then(
      () => true,
      () => false,
    );
    if (kept) await forget(form);
    let page = null;
    try {
      page = await post(item);
    } catch {
      // No network, or its answer was lost.
      item.tried = navigator.onLine;
    }
    if (page !== null) {
      if (page.url === null) await setAside(form, item.entries, item.place).catch(() => {});
      await remove(item.key).catch(() => {});
      clean(form);
      show(page);
    } else if (kept) await later(form, item);
    else toast(word("queueNoStore"), { kind: "error", stay: true });
  } finally {
    release(form);
  }
}

async function later(form, item) {
  await put({ ...item, state: "waiting", until: 0 });
  toast(word(window.isSecureContext ? "queued" : "queuedOpen"));
  clean(form);
  form.reset();
  if (form.elements.idempotency_key) form.elements.idempotency_key.value = randomKey();
  document.dispatchEvent(new CustomEvent("responder:page"));
  window.scrollTo(0, 0);
  await draw();
  if (navigator.onLine) flush();
}

function watch() {
  if (watching) return;
  watching = true;
  onChange(draw);
  window.addEventListener("offline", draw);
  window.addEventListener("online", () => draw().then(flush));
  setInterval(async () => (await queue(meta("me"))).mine.some((item) => item.state !== "sent" && item.state !== "refused") && flush(), RETRY);
}

/** Draws what waits and sends it, if there is a network. */
export function resume() {
  watch();
  sweep().catch(() => {});
  draw();
  flush();
}
