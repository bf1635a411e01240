/**
 * Figures with − and ＋. Blank ("未填") is not zero: from blank, − says 0 (无 where people are harmed); from 0, − goes back
 * to blank. A button held down counts on.
 */
import { word } from "./words.js";

function parts(box) {
  return { input: box.querySelector("input"), less: box.querySelector("[data-less]"), more: box.querySelector("[data-more]") };
}

function draw(box) {
  const { input, less, more } = parts(box);
  const name = box.querySelector("label").textContent.trim();
  const by = box.dataset.by;
  const value = input.value.trim();
  const [text, said] =
    value === "" ? [box.dataset.none === undefined ? "0" : word("none"), "zeroSaid"] : Number(value) === 0 ? [word("clear"), "clearSaid"] : ["−", "lessSaid"];
  less.textContent = text;
  less.classList.toggle("word", text.length > 1 && said !== "lessSaid");
  less.setAttribute("aria-label", word(said, { name, n: by }));
  more.setAttribute("aria-label", word("moreSaid", { name, n: by }));
}

function press(box, direction) {
  const { input } = parts(box);
  const by = Number(box.dataset.by) || 1;
  const most = box.dataset.max === undefined ? Infinity : Number(box.dataset.max);
  const value = input.value.trim();
  const number = Number(value);
  if (direction < 0 && value === "") input.value = "0";
  else if (direction < 0 && !(number > 0)) input.value = "";
  else {
    const next = (value === "" || Number.isNaN(number) ? 0 : number) + direction * by;
    // Decimals of tenths would drift in binary.
    input.value = String(Math.round(Math.min(most, Math.max(0, next)) * 100) / 100);
  }
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

let holding = null;
let heldFor = 0;

// Faster the longer it is held; never past 0 into blank.
function again(button) {
  const box = button.closest("[data-stepper]");
  const less = button.hasAttribute("data-less");
  if (!button.isConnected || (less && !(Number(parts(box).input.value) > 1))) return;
  heldFor += 1;
  press(box, (less ? -1 : 1) * (heldFor > 30 && !less ? 10 : 1));
  holding = setTimeout(again, 90, button);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-stepper] button");
  if (button && heldFor === 0) press(button.closest("[data-stepper]"), button.hasAttribute("data-less") ? -1 : 1);
  heldFor = 0;
});
document.addEventListener("pointerdown", (event) => {
  const button = event.target.closest("[data-stepper] button");
  heldFor = 0;
  if (button && event.button === 0) holding = setTimeout(again, 450, button);
});
for (const name of ["pointerup", "pointercancel", "pointerout"]) document.addEventListener(name, () => clearTimeout(holding));
document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-stepper]");
  if (!box) return;
  // Full-width figures from a Chinese keyboard are figures.
  const plain = event.target.value.replace(/[０-９]/g, (c) => String(c.charCodeAt(0) - 0xff10)).replace(/[。．]/g, ".");
  if (plain !== event.target.value) event.target.value = plain;
  draw(box);
});

const drawAll = () => document.querySelectorAll("[data-stepper]").forEach(draw);
drawAll();
for (const name of ["htmx:after:swap", "responder:fragment", "responder:page"]) document.addEventListener(name, drawAll);
