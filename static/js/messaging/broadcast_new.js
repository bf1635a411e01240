/**
 * Choosing whom a text goes to: places added one by one from the picker, and a circle or polygon drawn on the map.
 * The area is kept as JSON in the field `area`; the circle's fields below the map say the same in numbers.
 */
import L from "leaflet";
import { meta } from "../words.js";

const chosen = document.querySelector("[data-chosen]");

function add(code, name) {
  if (!code || document.querySelector(`input[name=divisions][value="${CSS.escape(code)}"]`)) return;
  const line = document.createElement("li");
  const label = document.createElement("label");
  label.className = "check";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "divisions", value: code, checked: true });
  const said = document.createElement("span");
  said.textContent = name;
  label.append(box, said);
  line.append(label);
  chosen.append(line);
}

document.querySelector("[data-add-division]")?.addEventListener("click", () => {
  const picker = document.querySelector("[data-place]");
  const said = picker.querySelector("[data-place-said]").textContent.trim();
  add(picker.querySelector("input[type=hidden]").value, said);
});
document.querySelector("[data-add-all]")?.addEventListener("click", ({ currentTarget }) => {
  add(currentTarget.dataset.code, currentTarget.dataset.name);
});

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function styled() {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: meta("map-style") });
  await new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
    document.head.append(link);
  });
}

async function draw(box) {
  await styled();
  const form = box.closest("form");
  const { area, area_lat: lat, area_lng: lng, area_km: km } = form.elements;
  const said = form.querySelector("[data-drawn]");
  const map = L.map(box, { preferCanvas: true, zoomControl: true, attributionControl: false, zoomSnap: 0.25 });
  const points = JSON.parse(box.dataset.points || "[]");
  map.setView([35, 105], 4);
  for (const point of points) {
    const name = document.createElement("span");
    name.textContent = point.name;
    const icon = L.divIcon({ className: "map-label", html: name, iconSize: null });
    L.marker([point.lat, point.lng], { icon, interactive: false, keyboard: false }).addTo(map);
  }
  const fit = (bounds) => bounds.isValid() && map.fitBounds(bounds, { padding: [12, 12] });
  fit(L.latLngBounds(points.map((point) => [point.lat, point.lng])));
  fetch(box.dataset.boundary, { credentials: "same-origin" })
    .then((response) => response.json())
    .then((shape) => {
      const style = { color: colour("--ink-3"), weight: 1.2, fillColor: colour("--surface"), fillOpacity: 1 };
      const land = L.geoJSON(shape, { interactive: false, style }).addTo(map);
      land.bringToBack();
      fit(land.getBounds());
    })
    .catch(() => {});

  const shown = L.layerGroup().addTo(map);
  let mode = "circle";
  let center = null;
  let corners = [];
  if (area.value) {
    const kept = JSON.parse(area.value);
    if (kept.center) [center, km.value] = [kept.center, kept.km];
    else [corners, mode] = [kept.corners, "corners"];
  }

  function show() {
    shown.clearLayers();
    const style = { color: colour("--accent"), weight: 2, fillOpacity: 0.12 };
    const radius = Number(km.value);
    said.textContent = "";
    area.value = "";
    if (mode === "circle" && center && radius > 0) {
      L.circle(center, { ...style, radius: radius * 1000 }).addTo(shown);
      area.value = JSON.stringify({ center, km: radius });
      said.textContent = said.dataset.circle.replace("{km}", String(radius));
    } else if (mode === "corners" && corners.length > 0) {
      L.polygon(corners, style).addTo(shown);
      for (const corner of corners) L.circleMarker(corner, { ...style, radius: 4, fillOpacity: 1 }).addTo(shown);
      if (corners.length > 2) area.value = JSON.stringify({ corners });
      said.textContent = said.dataset.corners.replace("{n}", String(corners.length));
    }
    for (const button of form.querySelectorAll("[data-mode][aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    }
  }

  const rounded = ({ lat: north, lng: east }) => [Number(north.toFixed(5)), Number(east.toFixed(5))];
  map.on("click", ({ latlng }) => {
    if (mode === "circle") {
      center = rounded(latlng);
      [lat.value, lng.value] = center;
    } else corners.push(rounded(latlng));
    show();
  });
  for (const field of [lat, lng, km]) {
    field.addEventListener("input", () => {
      mode = "circle";
      center = lat.value && lng.value ? [Number(lat.value), Number(lng.value)] : null;
      show();
    });
  }
  for (const button of form.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => {
      if (button.dataset.mode === "clear") {
        [center, corners, lat.value, lng.value] = [null, [], "", ""];
      } else mode = button.dataset.mode;
      show();
    });
  }
  new ResizeObserver(() => map.invalidateSize()).observe(box);
  show();
}

const box = document.querySelector("[data-draw]");
const part = box?.closest("details");
if (part?.open) draw(box);
else part?.addEventListener("toggle", () => draw(box), { once: true });
