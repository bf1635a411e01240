/**
 * On every page. Pieces that few pages need (map, place picker, photos, offline queue) are loaded when their element
 * is there, also after a fragment has brought it.
 */
import "htmx.org/dist/htmx.esm.js";
import "./clockwork.js";
import "./dialog.js";
import "./form.js";
import "./fragments.js";
import { connect } from "./live.js";
import "./location.js";
import "./sound.js";
import "./stepper.js";
import "./theme.js";
import { watchEvents } from "./toasts.js";
import { meta } from "./words.js";

const PARTS = [
  ["[data-map]", () => import("./map.js")],
  ["[data-place]", () => import("./placepicker.js")],
  ["[data-photos]", () => import("./photos.js")],
  ["[data-segments]", () => import("./segments.js")],
  ["form[data-offline]", () => import("./offline.js")],
];

function enhance() {
  for (const [selector, load] of PARTS) {
    const found = [...document.querySelectorAll(selector)].filter((element) => !element.dataset.ready);
    if (found.length === 0) continue;
    for (const element of found) element.dataset.ready = "1";
    load().then(
      ({ mount }) => found.forEach(mount),
      (error) => {
        for (const element of found) delete element.dataset.ready;
        console.error(error);
      },
    );
  }
}

document.documentElement.classList.add("js");
// On a phone a row of tabs scrolls: the chosen one is in sight.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
enhance();
for (const name of ["htmx:after:swap", "responder:fragment", "responder:page"]) document.addEventListener(name, enhance);

watchEvents();
if (meta("me") !== null && meta("seq") !== null) connect();
// Something was kept on this phone earlier: send it from whatever page is open.
if (meta("me") !== null && localStorage.getItem("responder.queue")) import("./offline.js").then(({ resume }) => resume());

// Over HTTPS the report form opens without a network: the worker keeps it for whoever may report.
window.addEventListener("load", async () => {
  const worker = await navigator.serviceWorker?.register("/sw.js").then(() => navigator.serviceWorker?.ready, () => null);
  if (!worker || meta("reports") === null) return;
  const keepFor = { me: meta("me"), world: meta("world") ?? "", lang: document.documentElement.lang };
  worker.active.postMessage({ keepFor });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
