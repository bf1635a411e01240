/**
 * The button "用手机定位": fills lat, lng (WGS-84, as browsers give it) and accuracy in metres. Where the browser
 * refuses (plain http, no permission), it says so and names the other way.
 */
import { word } from "./words.js";

const REASONS = { 1: "locationDenied", 2: "locationFailed", 3: "locationFailed" };

function fill(box, lat, lng, accuracy) {
  for (const [name, value] of Object.entries({ lat, lng, accuracy })) box.querySelector(`[name="${name}"]`).value = value;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-locate]");
  if (!button) return;
  const box = button.closest("[data-location]");
  const said = box.querySelector("[data-located]");
  if (!window.isSecureContext) said.textContent = word("locationInsecure");
  else if (!navigator.geolocation) said.textContent = word("locationNone");
  else {
    button.setAttribute("aria-busy", "true");
    said.textContent = word("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute("aria-busy");
        fill(box, coords.latitude.toFixed(6), coords.longitude.toFixed(6), Math.round(coords.accuracy));
        said.textContent = word("located", { n: Math.round(coords.accuracy) });
      },
      (error) => {
        button.removeAttribute("aria-busy");
        said.textContent = word(REASONS[error.code] ?? "locationFailed");
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  }
});

// Resetting a form leaves hidden fields as they are.
document.addEventListener("reset", (event) => {
  for (const box of event.target.querySelectorAll("[data-location]")) {
    fill(box, "", "", "");
    box.querySelector("[data-located]").textContent = "";
  }
});
