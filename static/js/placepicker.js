/**
 * A place from the division tree: one list per level, each read when the one above is chosen. Any level may be the
 * answer. When the lists can't be read (no network), the field for the name in words comes back.
 */
import { word } from "./words.js";

const cache = new Map();

async function children(url, of) {
  const address = `${url}?of=${encodeURIComponent(of)}`;
  if (!cache.has(address)) {
    const response = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    cache.set(address, (await response.json()).items);
  }
  return cache.get(address);
}

/** Takes over one place field. */
export function mount(box) {
  const { url, root } = box.dataset;
  const hidden = box.querySelector("input[type=hidden]");
  const picker = box.querySelector(".picker");
  const levels = box.querySelector(".levels");
  const said = box.querySelector("[data-place-said]");
  const typed = box.querySelector("[data-place-typed]");
  const label = box.querySelector("[data-place-label]");
  let path = JSON.parse(box.dataset.path || "[]");

  const useWords = (use) => {
    typed.hidden = !use;
    typed.querySelector("input").disabled = !use;
  };
  const draw = () => {
    box.dataset.path = JSON.stringify(path);
    said.replaceChildren(
      ...(path.length === 0
        ? [word("choose")]
        : path.flatMap(([, name], index) => {
            if (index < path.length - 1) return [`${name} `];
            const last = document.createElement("b");
            last.textContent = name;
            return [last];
          })),
    );
    const code = path.length === 0 ? "" : path[path.length - 1][0];
    if (hidden.value === code) return;
    hidden.value = code;
    hidden.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const fail = (depth) => {
    levels.querySelectorAll(`[data-depth="${depth}"]`).forEach((old) => old.remove());
    const line = document.createElement("p");
    line.className = "error";
    line.dataset.depth = depth;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "btn small";
    retry.textContent = word("retry");
    retry.addEventListener("click", () => list(depth));
    line.append(word("placesFailed"), " ", retry);
    levels.append(line);
    useWords(true);
  };

  // Draws the list at one depth (and below it, as far as the path goes).
  async function list(depth) {
    [...levels.children].filter((old) => Number(old.dataset.depth) >= depth).forEach((old) => old.remove());
    const of = depth === 0 ? root : path[depth - 1][0];
    const wait = document.createElement("p");
    wait.className = "loading";
    wait.dataset.depth = depth;
    wait.textContent = word("loading");
    levels.append(wait);
    let items;
    try {
      items = await children(url, of);
    } catch {
      fail(depth);
      return;
    }
    // Another choice above was made meanwhile.
    if (!wait.isConnected) return;
    wait.remove();
    useWords(false);
    if (items.length === 0) return;
    const select = document.createElement("select");
    select.dataset.depth = depth;
    const named = depth === 0 ? label.textContent.trim() : path[depth - 1][1];
    select.setAttribute("aria-label", named);
    const first = depth === 0 ? word("choose") : word("chooseWhole", { name: path[depth - 1][1] });
    select.append(new Option(first, ""), ...items.map((item) => new Option(item.name, item.code)));
    if (path[depth]) select.value = path[depth][0];
    select.addEventListener("change", () => {
      const item = items.find((other) => other.code === select.value);
      path = path.slice(0, depth);
      if (item) path.push([item.code, item.name]);
      draw();
      if (item && !item.leaf) list(depth + 1);
      else [...levels.children].filter((old) => Number(old.dataset.depth) > depth).forEach((old) => old.remove());
      if (item?.leaf) {
        picker.open = false;
        picker.querySelector("summary").focus();
      }
    });
    levels.append(select);
    const chosen = items.find((item) => item.code === path[depth]?.[0]);
    if (chosen && !chosen.leaf) await list(depth + 1);
  }

  useWords(false);
  label.removeAttribute("for");
  if (path.length > 0) draw();
  if (picker.open) list(0);
  picker.addEventListener("toggle", () => picker.open && levels.children.length === 0 && list(0));
  box.addEventListener("responder:place", (event) => {
    path = event.detail;
    levels.replaceChildren();
    draw();
    if (picker.open) list(0);
  });
  box.closest("form")?.addEventListener("submit", (event) => {
    if (box.dataset.required === undefined || hidden.value !== "" || !typed.hidden) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    picker.open = true;
    picker.querySelector("select, summary").focus();
  });
}
