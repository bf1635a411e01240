/**
 * What is kept on this phone (IndexedDB): reports that wait to be sent, and the form as far as it was filled in. Each
 * row belongs to one person (`me`, the sign-in name); another person at the same phone never gets to see it.
 */
import { openDB } from "idb";

const database = openDB("responder", 2, {
  upgrade(db, before) {
    if (before < 1) db.createObjectStore("queue", { keyPath: "key" });
    if (before < 2) db.createObjectStore("draft", { keyPath: "id" });
  },
});
const FLAG = "responder.queue";
const SENT_STAYS = 24 * 3600_000;
const DRAFT_STAYS = 3 * 24 * 3600_000;
// On plain http too: other tabs draw what this one changed.
const others = new BroadcastChannel("responder");

/** Calls `draw` whenever another tab has changed the queue. */
export function onChange(draw) {
  others.addEventListener("message", draw);
}

async function changed() {
  const count = await (await database).count("queue");
  if (count > 0) localStorage.setItem(FLAG, String(count));
  else localStorage.removeItem(FLAG);
  others.postMessage("queue");
}

/** This person's rows of the queue, oldest first, and how many there are of others. */
export async function queue(me) {
  const rows = await (await database).getAll("queue");
  const mine = rows.filter((item) => item.me === me).sort((a, b) => a.at - b.at);
  return { mine, others: rows.filter((item) => item.me !== me && item.state !== "sent").length };
}

/** Puts a row in, or over the one with its key. */
export async function put(item) {
  await (await database).put("queue", item);
  await changed();
}

/** Takes a row out. */
export async function remove(key) {
  await (await database).delete("queue", key);
  await changed();
}

/** Whether a row waits to be sent at `now`: also one that a closed tab was sending. */
export function isDue(item, now) {
  return ["waiting", "signin", "sending"].includes(item.state) && (item.until ?? 0) <= now;
}

/**
 * The next row to send, held for `lease(row)` milliseconds: no other tab takes it meanwhile. In one transaction, so that
 * of two tabs one gets it. None due: undefined.
 */
export async function claim(me, lease) {
  const now = Date.now();
  const transaction = (await database).transaction("queue", "readwrite");
  const rows = (await transaction.store.getAll()).filter((item) => item.me === me && isDue(item, now));
  const [item] = rows.sort((a, b) => a.at - b.at);
  if (item) await transaction.store.put(Object.assign(item, { state: "sending", until: now + lease(item), tried: true }));
  await transaction.done;
  if (item) await changed();
  return item;
}

/** Takes a row out to be mended, unless a tab is sending it just now; the row or undefined. */
export async function takeBack(key) {
  const transaction = (await database).transaction("queue", "readwrite");
  const item = await transaction.store.get(key);
  const free = item && item.state !== "sent" && !(item.state === "sending" && item.until > Date.now());
  if (free) await transaction.store.delete(key);
  await transaction.done;
  if (free) await changed();
  return free ? item : undefined;
}

/** Forgets what was sent long ago. */
export async function sweep() {
  const db = await database;
  for (const item of await db.getAll("queue")) {
    if (item.state === "sent" && Date.now() - item.sentAt > SENT_STAYS) await remove(item.key);
  }
  for (const draft of await db.getAll("draft")) {
    if (Date.now() - draft.at > DRAFT_STAYS) await db.delete("draft", draft.id);
  }
}

/** The form as it was left: `{id, at, entries, place}`, or undefined. */
export async function draft(id) {
  return (await database).get("draft", id);
}

/** Keeps the form as it stands. */
export async function keepDraft(row) {
  await (await database).put("draft", { ...row, at: Date.now() });
}

/** The form was sent, or emptied. */
export async function dropDraft(id) {
  await (await database).delete("draft", id);
}
