/**
 * Pretend phones. Each opened phone asks for its messages every second; what is open stands in the address (#+86…,+86…),
 * so that a page can be shared and reloaded. Each has switches for what the network does to its texts.
 */
const EVERY = 1000;
const box = document.querySelector("[data-simulator]");
const shelf = box.querySelector("[data-phones]");
const blank = document.getElementById("phone");
const ringing = document.getElementById("call");
const open = new Map();

const picks = () => [...box.querySelectorAll("[data-open]")];

function remember() {
  window.history.replaceState(null, "", `#${[...open.keys()].join(",")}`);
  for (const pick of picks()) pick.setAttribute("aria-pressed", String(open.has(pick.dataset.open)));
}

async function post(path, told) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(told),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Draws how a phone is set: its switches, the words beside them, and its mark in the list. */
function mark(pick, switches) {
  pick.dataset.switches = JSON.stringify(switches);
  const isSet = Object.values(switches).some(Boolean);
  pick.querySelector("[data-set]").hidden = !isSet;
  const phone = open.get(pick.dataset.open)?.phone;
  if (!phone) return;
  phone.querySelector("[data-calm]").hidden = isSet;
  for (const [name, value] of Object.entries(switches)) {
    const sign = phone.querySelector(`[data-mark="${name}"]`);
    sign.hidden = !value;
    const figure = sign.querySelector("[data-figure]");
    if (figure) figure.textContent = value;
    const field = phone.querySelector(`[data-switch="${name}"]`);
    if (field.type === "checkbox") field.checked = value;
    else if (field !== document.activeElement) field.value = value;
  }
}

async function turn(pick, phone, field) {
  const refused = phone.querySelector("[data-refused]");
  const value = field.type === "checkbox" ? field.checked : Number(field.value || 0);
  const path = `/simulator/phones/${encodeURIComponent(pick.dataset.open)}/switches`;
  try {
    mark(pick, await post(path, { [field.dataset.switch]: value }));
    refused.hidden = true;
  } catch {
    refused.hidden = false;
    mark(pick, JSON.parse(pick.dataset.switches));
  }
}

function show(pick, { front = false } = {}) {
  const number = pick.dataset.open;
  if (open.has(number)) return;
  const phone = blank.content.firstElementChild.cloneNode(true);
  phone.querySelector("[data-name]").textContent = pick.dataset.name;
  phone.querySelector("[data-where]").textContent = pick.dataset.where;
  phone.querySelector("[data-number]").textContent = number.replace(/^\+86/, "");
  const form = phone.querySelector("form");
  const field = form.querySelector("textarea");
  const failed = phone.querySelector("[data-failed]");

  async function send(body) {
    if (body.trim() === "") return false;
    failed.hidden = true;
    try {
      await post("/simulator/sms", { from: number, body });
    } catch {
      failed.hidden = false;
      return false;
    }
    read(number);
    if (JSON.parse(pick.dataset.switches).opted_out) refresh();
    return true;
  }
  // form.js holds a form that is being sent until the page changes; this one stays.
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = field.value;
    field.value = "";
    if (!(await send(body))) field.value ||= body;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  phone.addEventListener("click", (event) => {
    const { say, sample } = event.target.dataset;
    if (say) send(say);
    if (sample) send(sample);
    if (event.target.closest("[data-shut]")) shut(number);
  });
  phone.querySelector("[data-switchboard]").addEventListener("change", (event) => turn(pick, phone, event.target));
  open.set(number, { phone, seen: "" });
  mark(pick, JSON.parse(pick.dataset.switches));
  if (front) shelf.prepend(phone);
  else shelf.append(phone);
  remember();
  read(number);
}

function shut(number) {
  open.get(number)?.phone.remove();
  open.delete(number);
  remember();
}

async function read(number) {
  const held = open.get(number);
  if (!held) return;
  let messages;
  try {
    const answer = await fetch(`/simulator/phones/${encodeURIComponent(number)}/messages`, { cache: "no-store" });
    if (!answer.ok) return;
    ({ messages } = await answer.json());
  } catch {
    return;
  }
  const seen = JSON.stringify(messages);
  if (seen === held.seen) return;
  held.seen = seen;
  draw(held.phone, messages);
}

/** Asks for the switches of all phones: a text may have turned one. */
async function refresh() {
  const answer = await fetch("/simulator/phones", { cache: "no-store" });
  if (!answer.ok) return;
  const { phones } = await answer.json();
  const found = new Map(phones.map((one) => [one.number, one.switches]));
  for (const pick of picks()) mark(pick, found.get(pick.dataset.open) ?? JSON.parse(pick.dataset.switches));
}

function draw(phone, messages) {
  const talk = phone.querySelector("[data-talk]");
  const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40;
  phone.querySelector("[data-none]").hidden = messages.length > 0;
  const kept = talk.children.length;
  // Messages are only ever added: what stands is left alone, so that a reader hears the new one alone.
  for (const message of messages.slice(kept)) talk.append(bubble(message));
  if (messages.length < kept) talk.replaceChildren(...messages.map(bubble));
  if (atEnd || kept === 0) talk.scrollTop = talk.scrollHeight;
}

function bubble(message) {
  const line = document.createElement("li");
  // To the server it came in: from the phone it went out.
  line.className = message.direction === "in" ? "mine" : "theirs";
  const parts = message.call ? ringing.content.cloneNode(true) : document.createDocumentFragment();
  if (message.call) {
    line.classList.add("called");
    parts.querySelector("[data-words]").textContent = message.body;
  } else {
    const words = document.createElement("p");
    words.textContent = message.body;
    parts.append(words);
  }
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = new Date(message.at).toLocaleTimeString("zh-CN", { hour12: false });
  line.append(parts, time);
  return line;
}

box.addEventListener("click", (event) => {
  const pick = event.target.closest("[data-open]");
  if (!pick) return;
  if (open.has(pick.dataset.open)) shut(pick.dataset.open);
  else show(pick, { front: true });
});

box.querySelector("[data-search]").addEventListener("input", (event) => {
  const asked = event.target.value.trim().toLowerCase();
  for (const group of box.querySelectorAll("[data-group]")) {
    let found = 0;
    for (const line of group.querySelectorAll("[data-found]")) {
      line.hidden = asked !== "" && !line.dataset.found.toLowerCase().includes(asked);
      if (!line.hidden) found += 1;
    }
    group.hidden = found === 0;
    if (asked !== "") group.open = found > 0;
  }
});

if (window.matchMedia("(max-width: 899px)").matches) box.querySelector(".sim-list").open = false;

const asked = decodeURIComponent(window.location.hash.slice(1)) || box.dataset.first;
for (const number of asked.split(",")) {
  const pick = picks().find((other) => other.dataset.open === number);
  if (pick) show(pick);
}

setInterval(() => {
  if (!document.hidden) for (const number of open.keys()) read(number);
}, EVERY);
