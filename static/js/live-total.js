// Figures that move while somebody looks: server-sent events with {promised_minor, promised, collected, backers,
// backers_text, percent}. Parts of the page say which they show: data-live="promised", data-live="bar".
import { countUp } from "./count-up.js";

export default function liveTotal(section) {
  let source;
  const show = (event) => {
    const told = JSON.parse(event.data);
    // The dock on a phone and the panel show the same fund, so parts are looked for on the whole page.
    for (const part of document.querySelectorAll("[data-live]")) {
      const name = part.dataset.live;
      if (name === "bar") draw(part, told.percent);
      else if (name === "percent") part.textContent = part.textContent.replace(/\d+/, told.percent);
      else if (told[name] !== undefined) countUp(part, String(told[name]));
    }
  };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(section.dataset.url);
    source.onmessage = show;
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
}

function draw(bar, percent) {
  const promised = bar.querySelector(".bands__promised");
  const goal = bar.querySelector(".bands__goal");
  promised?.setAttribute("width", Math.min(1000, percent * 10));
  if (percent > 100) goal?.setAttribute("x", Math.round(100_000 / percent) - 2); // past the goal the bar is the promise
  const say = bar.getAttribute("aria-label");
  if (say) bar.setAttribute("aria-label", say.replace(/\d+(?=\s?%)/, percent));
}
