/**
 * The alert: two tones when a report comes in, a louder one that repeats until a key is pressed when it is urgent.
 * Made by WebAudio, no file. Browsers allow sound only after the first touch or key; until then the button says so.
 * Kinds that ring: `<body data-sound="report.received">`; urgent ones: kinds ending ".urgent", or those named in
 * `data-sound-urgent`.
 */
import { kindMatches, word } from "./words.js";

const MUTED = "responder.muted";
const REPEATS = 5;
const kinds = document.body.dataset.sound ?? "";
const toggles = document.querySelectorAll("[data-sound-toggle]");
let context = null;
let repeating = null;
let lastRung = 0;

const muted = () => localStorage.getItem(MUTED) === "1";
const ready = () => context?.state === "running";

function tone(frequency, at, length, volume) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

function play(urgent) {
  const at = context.currentTime;
  if (urgent) [988, 740, 988, 740].forEach((pitch, index) => tone(pitch, at + index * 0.18, 0.2, 0.5));
  else [660, 880].forEach((pitch, index) => tone(pitch, at + index * 0.16, 0.3, 0.3));
}

function quiet() {
  clearInterval(repeating);
  repeating = null;
}

/** Rings once, or, if urgent, until a key or five times. Rings that come together are one. */
export function ring(kind, urgent) {
  const played = ready() && !muted();
  window.dispatchEvent(new CustomEvent("responder:sound", { detail: { kind, urgent, played } }));
  if (!played || (!urgent && Date.now() - lastRung < 1500)) return;
  lastRung = Date.now();
  play(urgent);
  if (urgent && repeating === null) {
    let left = REPEATS - 1;
    repeating = setInterval(() => (left-- > 0 ? play(true) : quiet()), 2500);
  }
}

function draw() {
  for (const toggle of toggles) {
    toggle.hidden = kinds === "";
    toggle.textContent = muted() ? word("soundOff") : ready() ? word("soundOn") : word("soundUnlock");
    toggle.setAttribute("aria-pressed", String(!muted() && ready()));
  }
}

async function unlock() {
  quiet();
  if (ready() || !window.AudioContext) return;
  context ??= new AudioContext();
  await context.resume();
  draw();
}

if (kinds !== "") {
  // A touch on the button itself unlocks and means "on": it must not be taken for a second press that mutes.
  let unlockedByToggle = false;
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(
      name,
      (event) => {
        if (event.target.closest?.("[data-sound-toggle]") && !ready() && !muted()) unlockedByToggle = true;
        unlock();
      },
      { capture: true },
    );
  }
  const press = () => {
    if (!unlockedByToggle) localStorage.setItem(MUTED, muted() ? "0" : "1");
    unlockedByToggle = false;
    draw();
    if (!muted() && ready()) play(false);
  };
  toggles.forEach((toggle) => toggle.addEventListener("click", press));
  document.addEventListener("responder:event", ({ detail }) => {
    if (!kindMatches(detail.kind, kinds)) return;
    ring(detail.kind, detail.kind.endsWith(".urgent") || kindMatches(detail.kind, document.body.dataset.soundUrgent));
  });
}
draw();
