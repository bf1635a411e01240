/**
 * The service worker: the report form opens without a network. It keeps the built files that the form needs, the form
 * itself as its person last got it, and their place tree; no other page and no other data, ever. One set of built files
 * per release (VERSION, FILES: put in by build.mjs); kept pages belong to one person in one world and go when another
 * signs in, when the world changes, and on signing out.
 */
/* global FILES, VERSION */
const BUILT = `built-${VERSION}`;
const PAGES = "pages";
const FORM = "/reports/new";
const OFFLINE = "/offline";
const TREE = "/places/tree";
const WHO = "/kept-for";
const STALE = 6 * 3600_000;
/** A network that doesn't answer by then is none: the kept form is shown. */
const PATIENCE = 8000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      await (await caches.open(BUILT)).addAll(FILES);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    inTurn(async () => {
      await self.clients.claim();
      const who = await keptFor();
      // The kept form names the files of its own release: these stay until it has been read anew.
      if (who === null || (await keep(who))) await dropOld();
    }),
  );
});

let turn = Promise.resolve();

// Two pages may speak at once: what one keeps, the other must not take for an earlier person's.
function inTurn(act) {
  turn = turn.then(act, act);
  return turn;
}

async function dropOld() {
  for (const name of await caches.keys()) if (name !== BUILT && name !== PAGES) await caches.delete(name);
}

async function keptFor() {
  const found = await caches.match(WHO);
  return found ? found.json() : null;
}

/** Keeps form, tree and the stand-in page for `{me, world, lang}`; whether that worked. */
async function keep(who) {
  const pages = await caches.open(PAGES);
  for (const [path, accept] of [[FORM, "text/html"], [OFFLINE, "text/html"], [TREE, "application/json"]]) {
    let response;
    try {
      response = await fetch(path, { credentials: "same-origin", cache: "no-cache", headers: { Accept: accept } });
    } catch {
      return false;
    }
    // Signed out meanwhile, or may not report: there is nothing to keep.
    if (!response.ok || response.redirected) return false;
    await pages.put(path, response);
  }
  await pages.put(WHO, Response.json({ ...who, version: VERSION, at: Date.now() }));
  return true;
}

self.addEventListener("message", (event) => {
  const { keepFor } = event.data ?? {};
  if (keepFor) event.waitUntil(inTurn(() => renew(keepFor)));
});

// A page of a signed-in person says who and where they are.
async function renew(who) {
  const kept = await keptFor();
  const same = kept !== null && ["me", "world", "lang"].every((name) => kept[name] === who[name]);
  if (!same) await caches.delete(PAGES);
  else if (kept.version === VERSION && Date.now() - kept.at < STALE) return;
  if (await keep(who)) await dropOld();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.pathname === "/sign-out") event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) event.respondWith(built(request));
  else if (url.pathname === "/places/children") event.respondWith(children(request, url));
  else if (request.mode === "navigate") event.respondWith(page(request, url));
});

async function built(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(request, url) {
  // What somebody else said, and what a text said, need the office's own data.
  const plain = url.pathname === FORM && !url.searchParams.get("proxy") && !url.searchParams.get("inbound");
  const kept = plain ? await caches.match(FORM) : undefined;
  try {
    return await (kept ? inTime(fetch(request)) : fetch(request));
  } catch {
    return kept ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
}

function inTime(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(() => fail(new Error("no answer")), PATIENCE))]);
}

async function children(request, url) {
  try {
    return await fetch(request);
  } catch {
    const kept = await caches.match(TREE);
    if (!kept) return Response.error();
    return Response.json({ items: below((await kept.json()).items, url.searchParams.get("of") ?? "") });
  }
}

// Codes grow with depth, and each comes after the one above it.
function below(items, of) {
  const found = [];
  for (const [code, name] of items) {
    if (code === of || !code.startsWith(of)) continue;
    const above = found[found.length - 1];
    if (above && code.startsWith(above.code)) above.leaf = false;
    else found.push({ code, name, leaf: true });
  }
  return found;
}
