/**
 * How many texts a provider bills, shown while somebody writes: the same rule as responder/messaging/rules.py (a test
 * holds both together). 70 characters alone and 67 each when joined; 160 and 153 where all are of the GSM alphabet.
 *
 * `<p data-segments="f-said" data-before="…" data-after="…" data-words="{length} … {count}">` counts the field with
 * that id, with what the house writes before and after it.
 */
const GSM = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const GSM_TWICE = new Set("^{}\\[~]|€\f");

/** How many texts this is, and how long: in units of the alphabet that it needs. */
export function segments(text) {
  const letters = [...text];
  const gsm = letters.every((letter) => GSM.has(letter) || GSM_TWICE.has(letter));
  const [alone, joined] = gsm ? [160, 153] : [70, 67];
  const units = letters.map((letter) => (gsm ? (GSM_TWICE.has(letter) ? 2 : 1) : letter.length));
  const length = units.reduce((sum, unit) => sum + unit, 0);
  if (length <= alone) return { count: 1, length };
  let count = 1;
  let left = joined;
  for (const unit of units) {
    // A letter of two units is never cut in two.
    if (unit > left) {
      count += 1;
      left = joined;
    }
    left -= unit;
  }
  return { count, length };
}

/** Keeps a counter beside its field. */
export function mount(element) {
  const field = document.getElementById(element.dataset.segments);
  if (!field) return;
  const draw = () => {
    const said = field.value.trim();
    const told = segments((element.dataset.before ?? "") + said + (element.dataset.after ?? ""));
    element.textContent = element.dataset.words.replace(/\{(\w+)\}/g, (whole, name) => String(told[name] ?? whole));
    element.hidden = said === "";
  };
  field.addEventListener("input", draw);
  draw();
}
