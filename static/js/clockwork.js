/**
 * Ages that tick (`time[data-age]` with a `.age` inside) and the clock in the frame.
 * An office machine's clock may be minutes off, so time is taken from the server's answers where there was one.
 */
import { word } from "./words.js";

let ahead = 0;

/** Takes the `Date` header of an answer; differences under 30 s are the network's. */
export function serverSaid(response) {
  const said = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isNaN(said)) return;
  const difference = said - Date.now();
  ahead = Math.abs(difference) > 30_000 ? difference : 0;
}

/** The branch's time zone: the pages' times are in it, whatever the machine is set to. */
export const zone = document.querySelector('meta[name="zone"]')?.content || undefined;

/** Milliseconds since 1970 by the server's clock, as far as known. */
export function now() {
  return Date.now() + ahead;
}

/** "3 分钟前", "2 小时后". */
export function age(from) {
  const seconds = (now() - from) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) return word("justNow");
  const [past, future, n] =
    size < 3600
      ? ["minutesAgo", "inMinutes", size / 60]
      : size < 86400
        ? ["hoursAgo", "inHours", size / 3600]
        : ["daysAgo", "inDays", size / 86400];
  return word(seconds > 0 ? past : future, { n: Math.floor(n) });
}

/** "mm:ss" of a stretch of milliseconds. */
export function stretch(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

function tickAges() {
  for (const element of document.querySelectorAll("time[data-age]")) {
    const at = Date.parse(element.dateTime);
    const place = element.querySelector(".age");
    if (Number.isNaN(at) || !place) continue;
    const text = age(at);
    if (place.textContent !== text) place.textContent = text;
  }
}

function tickClock() {
  const clock = document.querySelector("[data-clock]");
  if (clock) clock.textContent = new Date(now()).toLocaleTimeString("zh-CN", { hour12: false, timeZone: zone });
}

tickAges();
tickClock();
setInterval(tickClock, 1000);
setInterval(tickAges, 15_000);
document.addEventListener("visibilitychange", tickAges);
