/** Short messages at the corner, read out politely. */
import { kindMatches, word } from "./words.js";

const STAYS = 7000;

/**
 * Shows a toast. `key` keeps one toast per subject; `stay` until closed; `reload` adds a button that reloads;
 * `url` makes the text a link. `kind`: "" or "error".
 */
export function toast(text, { kind = "", key = null, stay = false, reload = false, url = null } = {}) {
  const place = document.getElementById("toasts");
  if (!place) return;
  if (key !== null) place.querySelector(`[data-toast="${CSS.escape(key)}"]`)?.remove();
  const box = document.createElement("div");
  box.className = `toast ${kind}`;
  if (key !== null) box.dataset.toast = key;
  const said = document.createElement("span");
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = text;
    said.append(link);
  } else said.textContent = text;
  box.append(said);
  if (reload) box.append(button(word("reload"), () => window.location.reload()));
  const close = button("×", () => box.remove());
  close.setAttribute("aria-label", word("close"));
  box.append(close);
  place.append(box);
  while (place.children.length > 4) place.firstElementChild.remove();
  if (!stay) setTimeout(() => box.remove(), STAYS);
}

function button(text, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", act);
  return element;
}

/** Raises toasts for the event kinds the page names in `<body data-toasts>`. */
export function watchEvents() {
  document.addEventListener("responder:event", ({ detail }) => {
    if (kindMatches(detail.kind, document.body.dataset.toasts)) toast(detail.summary);
  });
}
