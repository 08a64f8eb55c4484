// Figures that move while somebody looks: server-sent events with {state, promised, collected, backers_text, percent_text,
// percent, bar}. Parts of the page say which they show: data-live="promised", data-live="bar".
import { countUp } from "./count-up.js";

export default function liveTotal(section) {
  let source;
  const show = (event) => {
    const told = JSON.parse(event.data);
    if (section.dataset.state && told.state !== section.dataset.state) return another();
    // The dock on a phone and the panel show the same fund, so parts are looked for on the whole page.
    for (const part of document.querySelectorAll("[data-live]")) {
      const name = part.dataset.live;
      if (name === "bar") draw(part, told);
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
  // The fund has closed, or opened: the page says other things now. Not everybody asks for it in the same moment.
  const another = () => {
    close();
    setTimeout(() => location.reload(), Math.random() * 5000);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
}

function draw(bar, told) {
  for (const name of ["promised", "collected"]) bar.querySelector(`.bands__${name}`)?.setAttribute("width", told.bar[name]);
  bar.querySelector(".bands__goal")?.setAttribute("x", told.bar.goal - 2);
  const say = bar.getAttribute("aria-label");
  if (say && told.state === "live") bar.setAttribute("aria-label", say.replace(/\d+(?=\s?%)/, told.percent));
}
