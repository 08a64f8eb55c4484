// A figure that climbs to its new value. Only digits change; what stands between them is the new text's own.
const still = matchMedia("(prefers-reduced-motion: reduce)");
const running = new WeakMap();

export function countUp(element, text) {
  const from = Number(digits(element.textContent));
  const to = Number(digits(text));
  cancelAnimationFrame(running.get(element));
  if (element.textContent === text) return;
  if (still.matches || from === to || !Number.isSafeInteger(to) || digits(element.textContent).length !== digits(text).length) {
    element.textContent = text;
    return;
  }
  const began = performance.now();
  const step = (now) => {
    const share = Math.min(1, (now - began) / 900);
    const eased = 1 - (1 - share) ** 3;
    element.textContent = share === 1 ? text : refill(text, Math.round(from + (to - from) * eased));
    if (share < 1) running.set(element, requestAnimationFrame(step));
  };
  running.set(element, requestAnimationFrame(step));
}

const digits = (text) => text.replace(/\D/g, "");

function refill(text, value) {
  const figures = String(value).padStart(digits(text).length, "0").split("");
  return text.replace(/\d/g, () => figures.shift());
}
