// The plan's one button says what it will do; what was ticked or typed survives a live refresh of the fragment.

const touched = new Map();

function key(input) {
  return input.type === "checkbox" ? `${input.name}=${input.value}` : input.name;
}

function label(form) {
  const button = form.querySelector("[data-plan-confirm]");
  if (!button) return;
  const words = button.dataset;
  const teams = form.querySelectorAll('input[name="team"]:checked:not(:disabled)').length;
  const goods = new Map();
  for (const input of form.querySelectorAll("input[data-item]")) {
    const quantity = Number.parseInt(input.value, 10);
    if (quantity > 0) goods.set(input.dataset.item, (goods.get(input.dataset.item) ?? 0) + quantity);
  }
  const carried = Boolean(form.querySelector('select[name="carrier"]')?.value);
  const what = teams ? [words.teams.replace("{n}", String(teams))] : [];
  for (const [item, quantity] of goods) what.push(`${item} ${quantity}`);
  const ready = teams > 0 || (carried && goods.size > 0);
  button.disabled = !ready;
  button.textContent = ready ? words.label.replace("{what}", what.join(" · ")) : words.empty;
}

function restore(form) {
  const kept = touched.get(form.dataset.plan);
  if (!kept) return;
  for (const input of form.querySelectorAll("input, select")) {
    if (!kept.has(key(input)) || input.disabled) continue;
    if (input.type === "checkbox") input.checked = kept.get(key(input));
    else input.value = kept.get(key(input));
  }
}

function changed(event) {
  const form = event.target.closest?.("form[data-plan]");
  if (!form) return;
  const kept = touched.get(form.dataset.plan) ?? new Map();
  kept.set(key(event.target), event.target.type === "checkbox" ? event.target.checked : event.target.value);
  touched.set(form.dataset.plan, kept);
  label(form);
}

function start() {
  for (const form of document.querySelectorAll("form[data-plan]")) {
    restore(form);
    label(form);
  }
}

document.addEventListener("input", changed);
document.addEventListener("change", changed);
document.addEventListener("responder:fragment", start);
start();
