/**
 * Dialogs: `[data-dialog=id]` opens, `[data-close]` closes. `form[data-confirm]` and `hx-confirm` ask once, in a native
 * dialog whose button says what will be done.
 */
import { word } from "./words.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
});

// A link drawn as a button answers the space bar as a button does.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches("a[role=button]")) return;
  event.preventDefault();
  event.target.click();
});

/** Asks; true if the person presses the button that says `label`. */
export function ask(question, label = word("confirm")) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", word("sure"));
  const body = document.createElement("div");
  body.className = "body";
  const text = document.createElement("p");
  text.textContent = question;
  body.append(text);
  const footer = document.createElement("footer");
  footer.append(button(word("cancel"), "btn", "no"), button(label, "btn primary", "yes"));
  const form = document.createElement("form");
  form.method = "dialog";
  form.append(body, footer);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
  });
}

function button(text, className, value) {
  const element = document.createElement("button");
  element.className = className;
  element.value = value;
  element.textContent = text;
  return element;
}

// In the capture phase, before anything else sends the form.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    if (!(await ask(form.dataset.confirm, form.dataset.confirmLabel))) return;
    form.dataset.confirmed = "1";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  },
  { capture: true },
);

document.addEventListener("htmx:confirm", async (event) => {
  event.preventDefault();
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (await ask(ctx.confirm)) issueRequest();
  else dropRequest();
});
