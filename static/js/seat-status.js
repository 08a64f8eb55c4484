// While somebody looks, the server is asked every few seconds which seats are gone: {taken, held, areas, next_back_at}.
import { clockThere, named, say, seatsOf, show } from "./seat-states.js";

const EVERY_MS = 5_000;
const LONGEST_MS = 120_000;

export default function seatStatus(section) {
  const { buttons, boxes } = seatsOf(section);
  const closed = new Set([...buttons.values()].filter((button) => button.dataset.state === "closed").map((button) => button.value));
  let wait = EVERY_MS;
  let timer;

  const apply = (told) => {
    const taken = new Set(told.taken);
    const held = new Set(told.held);
    const lost = [];
    for (const [id, button] of buttons) {
      const box = boxes.get(id);
      const gone = taken.has(id) ? "taken" : held.has(id) ? "held" : undefined;
      if (closed.has(id)) continue;
      if (gone && box.checked) lost.push(named(section, box));
      show(section, button, box, gone ?? (box.checked ? "chosen" : "free"));
    }
    count(section, buttons, told);
    if (!lost.length) return;
    section.dispatchEvent(new Event("seats-moved"));
    say(section, lost.map((name) => section.dataset.gone.replace("{seat}", () => name)).join(" "));
  };

  const ask = async () => {
    try {
      const response = await fetch(section.dataset.url, { headers: { accept: "application/json" }, cache: "no-cache" });
      if (!response.ok) throw Object.assign(new Error(response.status), { after: Number(response.headers.get("retry-after")) });
      apply(await response.json());
      wait = EVERY_MS;
    } catch (problem) {
      wait = Math.min(LONGEST_MS, Math.max(wait * 2, (problem.after || 0) * 1000));
    }
    later();
  };
  // Not everybody asks in the same moment.
  const later = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, wait * (0.8 + Math.random() * 0.4));
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
  window.addEventListener("pagehide", () => clearTimeout(timer));
  window.addEventListener("pageshow", later);
  later();
}

// How many are left, in each part of the hall and in all of it.
function count(section, buttons, told) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const put = (part, value) => (part.textContent = number.format(value));
  const left = new Map([...section.querySelectorAll("[data-zone-free]")].map((part) => [part.dataset.zoneFree, 0]));
  const add = (zone, many) => left.set(zone, (left.get(zone) ?? 0) + many);
  let held = 0;
  for (const button of buttons.values()) {
    if (["free", "chosen"].includes(button.dataset.state)) add(button.closest("[data-in]").dataset.in, 1);
    else if (button.dataset.state === "held") held += 1;
  }
  for (const part of section.querySelectorAll("[data-area-free]")) {
    const field = section.querySelector(`[data-area="${CSS.escape(part.dataset.areaFree)}"]`);
    const free = told.areas?.[part.dataset.areaFree] ?? Number(field.dataset.left);
    put(part, free);
    field.dataset.left = free;
    field.max = Math.min(free, Number(section.dataset.most) || free);
    field.disabled = !free;
    add(part.dataset.of, free);
  }
  for (const part of section.querySelectorAll("[data-zone-free]")) put(part, left.get(part.dataset.zoneFree));
  put(section.querySelector("[data-free]"), [...left.values()].reduce((sum, many) => sum + many, 0));
  put(section.querySelector("[data-held]"), held);
  const { saysBack, zone } = section.querySelector("[data-says-back]").dataset;
  const back = told.next_back_at ? saysBack.replace("{time}", clockThere(told.next_back_at, zone)) : "";
  section.querySelector("[data-back]").textContent = back;
}
