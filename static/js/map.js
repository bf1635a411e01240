/**
 * The map: Leaflet on canvas, our own boundary and points, no tile service unless the branch has set one.
 * `<div data-map data-url data-boundary data-on data-tiles data-attribution>`; the JSON is described in docs/pages.md.
 */
import L from "leaflet";
import { serverSaid } from "./clockwork.js";
import { kindMatches, meta, word } from "./words.js";

const SEVERITIES = new Set(["red", "orange", "yellow", "blue"]);
const APART = 500;
const RETRY = 5000;

async function json(url) {
  const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json", "HX-Request": "true" } });
  serverSaid(response);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function sign(className, text, size) {
  const element = document.createElement("span");
  element.textContent = text;
  return L.divIcon({ className, html: element, iconSize: size });
}

function marker(item, icon, above) {
  const mark = L.marker([item.lat, item.lng], { icon, title: item.label, alt: item.label, zIndexOffset: above, keyboard: true });
  const said = document.createElement(item.url ? "a" : "span");
  if (item.url) said.href = item.url;
  said.textContent = item.label;
  return mark.bindPopup(said);
}

let style = null;

// The map's style is 3 kB that most pages never need.
function styled() {
  style ??= new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = meta("map-style");
    link.addEventListener("load", done);
    link.addEventListener("error", done);
    document.head.append(link);
  });
  return style;
}

/** Takes over one map. */
export async function mount(box) {
  await styled();
  const { url, boundary, tiles, attribution } = box.dataset;
  const map = L.map(box, { preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25 });
  L.control.zoom({ zoomInTitle: word("zoomIn"), zoomOutTitle: word("zoomOut"), position: "topright" }).addTo(map);
  if (tiles) L.tileLayer(tiles, { maxZoom: 18 }).addTo(map);
  if (tiles || attribution) L.control.attribution({ prefix: false }).addAttribution(attribution ?? "").addTo(map);
  map.setView([35, 105], 4);

  const state = document.createElement("p");
  state.className = "map-state";
  state.setAttribute("role", "status");
  state.hidden = true;
  box.parentElement.append(state);
  const say = (text) => {
    state.textContent = text;
    state.hidden = text === "";
  };

  const marks = L.layerGroup().addTo(map);
  const lines = L.layerGroup().addTo(map);
  const labels = L.layerGroup().addTo(map);
  let land = null;
  let fitted = false;
  let drawn = null;

  const dress = () =>
    land?.setStyle({
      color: colour("--ink-3"),
      weight: 1.2,
      fillColor: colour("--surface"),
      fillOpacity: tiles ? 0 : 1,
    });

  function draw(data) {
    drawn = data;
    for (const layer of [marks, lines, labels]) layer.clearLayers();
    for (const place of data.places ?? []) {
      L.marker([place.lat, place.lng], { icon: sign("map-label", place.name, null), interactive: false, keyboard: false }).addTo(labels);
    }
    for (const route of data.routes ?? []) {
      L.polyline([route.from, route.to], { color: colour("--accent"), weight: 2, dashArray: "5 4" }).addTo(lines);
    }
    for (const store of data.stores ?? []) marker(store, sign("map-store", "■", [18, 18]), 0).addTo(marks);
    for (const team of data.teams ?? []) {
      marker(team, sign(team.idle ? "map-team is-idle" : "map-team", "▲", [18, 18]), 100).addTo(marks);
    }
    for (const point of data.points ?? []) {
      const level = SEVERITIES.has(point.severity) ? point.severity : "none";
      marker(point, sign(`map-point sev-${level}`, point.count ?? "", [26, 26]), 200).addTo(marks);
    }
    if (!fitted && !land) fit([...(data.points ?? []), ...(data.teams ?? []), ...(data.places ?? [])]);
    box.dataset.points = String((data.points ?? []).length);
  }

  function fit(items) {
    if (items.length === 0) return;
    fitted = true;
    map.fitBounds(L.latLngBounds(items.map((item) => [item.lat, item.lng])), { padding: [24, 24], maxZoom: 13 });
  }

  let timer = null;
  let read = 0;
  function again(delay = Math.max(0, read + APART - Date.now())) {
    timer ??= setTimeout(load, delay);
  }
  async function load() {
    timer = null;
    if (!box.isConnected) return;
    read = Date.now();
    try {
      const data = await json(url);
      draw(data);
      say(data.points?.length === 0 ? word("mapEmpty") : "");
    } catch {
      say(word("mapFailed"));
      again(RETRY);
    }
  }

  if (boundary) {
    json(boundary).then(
      (shape) => {
        land = L.geoJSON(shape, { interactive: false }).addTo(map);
        land.bringToBack();
        dress();
        fitted = true;
        map.fitBounds(land.getBounds(), { padding: [8, 8] });
      },
      () => say(word("mapFailed")),
    );
  }
  load();

  const onEvent = ({ detail }) => kindMatches(detail.kind, box.dataset.on) && again();
  const onTheme = () => {
    dress();
    if (drawn) draw(drawn);
  };
  document.addEventListener("responder:event", onEvent);
  document.addEventListener("responder:gap", () => again());
  document.addEventListener("responder:theme", onTheme);
  new ResizeObserver(() => map.invalidateSize()).observe(box);
}
