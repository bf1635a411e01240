/**
 * The form as far as it was filled in, kept at each change and put back after a reload: per person, world and purpose.
 * Photos are kept apart from the fields, so that a key press doesn't write megabytes.
 */
import { zone } from "./clockwork.js";
import { draft, dropDraft, keepDraft } from "./store.js";
import { meta, word } from "./words.js";

const PAUSE = 300;
const PURPOSE = ["proxy", "inbound", "ref"];

function idOf(form) {
  return [meta("me"), meta("world") ?? "", ...PURPOSE.map((name) => form.elements[name]?.value ?? "")].join("|");
}

const photos = (entries) => entries.filter(([, value]) => value instanceof Blob && value.size > 0);
const fields = (entries) => entries.filter(([name, value]) => !(value instanceof Blob) && name !== "csrf_token" && name !== "_page");

/** The chosen place, [[code, name]] downwards, or null. */
export function placeOf(form) {
  const path = form.querySelector("[data-place]")?.dataset.path;
  return path ? JSON.parse(path) : null;
}

function putPhotos(form, entries) {
  const box = form.querySelector("[data-photos]");
  if (!box) return;
  box.waiting = photos(entries).map(([, value]) => value);
  box.dispatchEvent(new CustomEvent("responder:photos"));
}

/** Puts kept entries into the form, all its fields. */
export function fill(form, entries, place) {
  for (const control of form.elements) {
    if (control.type === "radio" || control.type === "checkbox") control.checked = false;
  }
  for (const [name, value] of fields(entries)) {
    for (const control of [...form.elements].filter((other) => other.name === name)) {
      if (control.type === "radio" || control.type === "checkbox") control.checked ||= control.value === value;
      else if (control.type !== "file") control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      if (control.value !== "" && !["radio", "hidden"].includes(control.type)) openTo(control);
    }
  }
  const box = form.querySelector("[data-place]");
  if (box && place) {
    box.dataset.path = JSON.stringify(place);
    box.dispatchEvent(new CustomEvent("responder:place", { detail: place }));
  }
  putPhotos(form, entries);
}

function openTo(control) {
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    if (!fold.matches(".picker") && (control.type !== "checkbox" || control.checked)) fold.open = true;
  }
}

/** Keeps the form at each change; a fresh one gets back what was left. */
export async function follow(form) {
  const id = idOf(form);
  let timer = null;
  const keep = () => {
    clearTimeout(timer);
    timer = null;
    if (!form.isConnected || form.dataset.sending) return;
    const entries = [...new FormData(form).entries()];
    keepDraft({ id, me: meta("me"), entries: fields(entries), place: placeOf(form) }).catch(() => {});
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") keepDraft({ id: `${id}|photos`, entries: photos([...new FormData(form).entries()]) }).catch(() => {});
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", () => document.hidden && timer !== null && keep());
  form.addEventListener("reset", () => clearTimeout(timer));
  const [left, pictures] = await Promise.all([draft(id), draft(`${id}|photos`)]).catch(() => []);
  if (!form.isConnected || (!left && !pictures?.entries.length)) return;
  if (form.dataset.fresh === undefined) {
    // The server's answer to a form holds all that was typed; photos it can't give back.
    putPhotos(form, pictures?.entries ?? []);
    return;
  }
  fill(form, [...(left?.entries ?? []), ...(pictures?.entries ?? [])], left?.place ?? null);
  tell(form, left?.at ?? pictures.at);
}

/** Keeps what was sent: the form comes back to be mended. */
export async function setAside(form, entries, place) {
  const id = idOf(form);
  await keepDraft({ id, me: meta("me"), entries: fields(entries), place });
  await keepDraft({ id: `${id}|photos`, entries: photos(entries) });
}

/** The form's content is safe elsewhere, or not wanted. */
export async function forget(form) {
  const id = idOf(form);
  await Promise.all([dropDraft(id), dropDraft(`${id}|photos`)]).catch(() => {});
  form.querySelector("[data-restored]")?.setAttribute("hidden", "");
}

function tell(form, at) {
  const bar = form.querySelector("[data-restored]");
  if (!bar) return;
  const time = new Date(at).toLocaleTimeString("zh-CN", { hour12: false, hour: "2-digit", minute: "2-digit", timeZone: zone });
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn small";
  again.textContent = word("draftDrop");
  again.addEventListener("click", async () => {
    await forget(form);
    // A key of its own: what is begun anew is another report.
    window.location.reload();
  });
  bar.replaceChildren(word("draftBack", { time }), " ", again);
  bar.hidden = false;
  document.dispatchEvent(new CustomEvent("responder:draft"));
}
