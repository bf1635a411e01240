/**
 * The live line: Socket.IO, namespace /live. Says `resume` with the last seq it has seen, takes `events` in order and
 * never twice, and turns each into a DOM event `responder:event`. Says in the frame whether the line stands.
 */
import { io } from "socket.io-client";
import { stretch } from "./clockwork.js";
import { meta, word } from "./words.js";

let socket = null;
let last = 0;
let lostAt = null;
let ticking = null;

function announce(state) {
  document.dispatchEvent(new CustomEvent("responder:live", { detail: { state } }));
  const box = document.querySelector("[data-live]");
  if (!box) return;
  const before = box.dataset.state;
  box.dataset.state = state;
  draw();
  // Screen readers hear the change once, not the seconds.
  const said = box.querySelector("[data-live-said]");
  if (said && before !== state) said.textContent = state === "live" ? word("liveSaid") : state === "lost" ? word("lostSaid") : "";
  if (state !== "lost") {
    clearInterval(ticking);
    ticking = null;
  } else ticking ??= setInterval(draw, 1000);
}

function draw() {
  const box = document.querySelector("[data-live]");
  const text = box?.querySelector("[data-live-text]");
  if (!text) return;
  text.textContent =
    box.dataset.state === "lost" ? word("lost", { time: stretch(Date.now() - lostAt) }) : word(box.dataset.state);
}

function lost() {
  lostAt ??= Date.now();
  announce("lost");
}

function take({ items = [], until = 0 }) {
  for (const item of items) {
    if (item.seq <= last) continue;
    last = item.seq;
    document.dispatchEvent(new CustomEvent("responder:event", { detail: item }));
  }
  last = Math.max(last, until);
}

/** Opens the line. The page carries the seq it was drawn at in `<meta name="seq">`. */
export function connect() {
  last = Number(meta("seq"));
  const world = meta("world");
  socket = io("/live", {
    auth: world === null ? {} : { drill: world },
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
  socket.on("connect", () => {
    lostAt = null;
    socket.emit("resume", { since: last });
    announce("live");
  });
  socket.on("events", take);
  socket.on("gap", (said) => {
    if (said?.until) last = Math.max(last, said.until);
    document.dispatchEvent(new CustomEvent("responder:gap", { detail: { until: said?.until ?? null } }));
  });
  socket.on("disconnect", (reason) => {
    lost();
    // The server closed this line (roles changed, signed out elsewhere): ask again, it may be refused.
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), 1000);
  });
  socket.on("connect_error", () => {
    lost();
    // Refused rather than unreachable: Socket.IO won't try by itself.
    if (!socket.active) setTimeout(() => socket.connect(), 10_000);
  });
  // The browser knows before the heartbeat does.
  window.addEventListener("offline", () => socket.io.engine?.close());
  window.addEventListener("online", hurry);
  window.addEventListener("pageshow", (event) => event.persisted && hurry());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
}

function hurry() {
  if (lostAt === null || socket.connected || !navigator.onLine) return;
  socket.disconnect();
  socket.connect();
}
