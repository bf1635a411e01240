/**
 * Sends what waits on this phone, oldest first. The server is asked who is signed in and for a fresh form key; each row
 * goes to `/reports/kept` under the name of whoever wrote it and into the world it was written in. A row is held by one
 * tab at a time, and carries the key made when the form was begun: however often it is sent, it is filed once, also when
 * the first answer was lost.
 */
import { serverSaid } from "./clockwork.js";
import { claim, isDue, put, queue } from "./store.js";
import { word } from "./words.js";

const SENDER = "/reports/sender";
const KEPT = "/reports/kept";
const ASK = 20_000;
/** A village's network: 5 kB a second. */
const PATIENCE = 45_000;
const PER_BYTE = 0.2;
const AGAIN = 30_000;

const weight = (item) => item.entries.reduce((sum, [, value]) => sum + (value instanceof Blob ? value.size : 0), 0);
/** Milliseconds that sending a row may take. */
export const patience = (item) => PATIENCE + weight(item) * PER_BYTE;

/** `{me, token}` of whoever is signed in now. Throws TypeError where there is no network. */
export async function whoSends() {
  const response = await fetch(SENDER, {
    credentials: "same-origin",
    cache: "no-store",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(ASK),
  });
  serverSaid(response);
  if (!response.ok) throw new TypeError(String(response.status));
  return response.json();
}

function post(item, token) {
  const body = new FormData();
  for (const [name, value] of item.entries) {
    // The page's own mark tells of a browser that may have moved on since.
    if (name !== "csrf_token" && name !== "_page") body.append(name, value);
  }
  body.set("idempotency_key", item.key);
  body.append("me", item.me);
  body.append("drill", item.drill);
  body.append("waited", String(Math.max(0, (Date.now() - item.at) / 1000)));
  return fetch(KEPT, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual",
    headers: { Accept: "application/json", "X-CSRFToken": token },
    signal: AbortSignal.timeout(patience(item)),
  });
}

/** What an answer makes of a row: its next state. `again`: the network or the server is busy, not the report's fault. */
async function judged(response) {
  if (response.type === "opaqueredirect" || response.status === 401) return { state: "signin", until: 0 };
  const told = await response.json().catch(() => ({}));
  if (response.ok && told.number) return { state: "sent", number: told.number, url: told.url };
  const passing = [400, 408, 429].includes(response.status) || response.status >= 500;
  if (response.ok || passing || told.code === "changed_meanwhile") return { state: "waiting", until: Date.now() + AGAIN };
  if (told.code === "reports.other_person") return { state: "signin", until: 0 };
  return { state: "refused", why: told.detail ?? told.title ?? word("needsFixing") };
}

/**
 * Sends all that is due for `me`. `onChange` is called after each step, `onSent` with each row that arrived.
 * Resolves when nothing is due any more, or nothing can be sent now.
 */
export async function sendAll(me, { onChange, onSent }) {
  let who;
  try {
    who = await whoSends();
  } catch {
    return;
  }
  if (who.me !== me) {
    const { mine } = await queue(me);
    for (const item of mine.filter((row) => isDue(row, Date.now()))) await put({ ...item, state: "signin", until: 0 });
    await onChange();
    return;
  }
  for (;;) {
    const item = await claim(me, (row) => patience(row) + 10_000);
    if (!item) return;
    await onChange();
    let next;
    try {
      next = await judged(await post(item, who.token));
    } catch {
      next = { state: "waiting", until: 0 };
    }
    await put(settled(item, next));
    await onChange();
    if (next.state === "sent") onSent(next);
    if (next.state === "signin" || (next.state === "waiting" && next.until === 0)) return;
  }
}

function settled(item, next) {
  const row = { ...item, until: 0, why: "", ...next };
  // What has arrived is the server's to keep: here only its number stays, for a day.
  return next.state === "sent" ? { ...row, entries: [], place: null, sentAt: Date.now() } : row;
}
