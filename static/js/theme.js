/**
 * Day or night. Kept in a cookie, not in localStorage, so that the server draws the first paint in the right colours.
 * Without a choice the system's preference holds.
 */
const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const current = () => root.dataset.theme ?? (dark.matches ? "night" : "day");

function draw() {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.textContent = current() === "night" ? button.dataset.day : button.dataset.night;
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  root.dataset.theme = current() === "night" ? "day" : "night";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  draw();
  document.dispatchEvent(new CustomEvent("responder:theme"));
});
dark.addEventListener("change", () => {
  draw();
  document.dispatchEvent(new CustomEvent("responder:theme"));
});
draw();
