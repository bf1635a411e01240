/**
 * Forms: pressed twice is sent once; `form[data-dirty]` warns before unsaved work is left; `form[data-auto]` is sent
 * when a choice in it changes (filters); a summary of errors takes the focus.
 */
import { word } from "./words.js";

const HOLD = 8000;
const dirty = new Set();

// In the bubble phase: a form that script has taken over (htmx, offline, a question asked) is already prevented.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  dirty.delete(form);
  hold(form, event.submitter);
  // A download answers without leaving the page.
  setTimeout(() => release(form), HOLD);
});

/** Marks a form as being sent. Its buttons are not disabled, so that the pressed one's name still goes along. */
export function hold(form, submitter) {
  form.dataset.sending = "1";
  const button = submitter ?? form.querySelector("button:not([type=button])");
  button?.setAttribute("aria-busy", "true");
}

/** Lets a form be sent again. */
export function release(form) {
  delete form.dataset.sending;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

/** The form's content is safe elsewhere: leaving needs no warning. */
export function clean(form) {
  dirty.delete(form);
}

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.dirty !== undefined) dirty.add(form);
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.dataset.auto !== undefined && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) {
    form.requestSubmit();
  }
});

window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size === 0) return;
  event.preventDefault();
  event.returnValue = word("leave");
});

document.querySelector("[data-errors]")?.focus();
