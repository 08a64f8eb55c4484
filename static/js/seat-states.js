// What the parts of a seat map share: which button and which box are the same seat, and how a seat is shown.
export function seatsOf(section) {
  const buttons = new Map([...section.querySelectorAll("button.seat[value]")].map((button) => [button.value, button]));
  const boxes = new Map([...section.querySelectorAll("input[name=seat]")].map((box) => [box.value, box]));
  return { buttons, boxes };
}

// state: free, chosen, held, taken or closed. The word for it is the last one of the button's name, so only that is replaced.
export function show(section, button, box, state) {
  if (button.dataset.state === state) return;
  const words = JSON.parse(section.dataset.words);
  const open = state === "free" || state === "chosen";
  const name = button.getAttribute("aria-label");
  button.setAttribute("aria-label", name.slice(0, name.length - words[button.dataset.state].length) + words[state]);
  button.setAttribute("aria-pressed", String(state === "chosen"));
  button.dataset.state = state;
  button.type = open ? "submit" : "button";
  if (open) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
  if (!box) return;
  box.disabled = !open;
  box.checked = state === "chosen";
  box.parentElement.querySelector("[data-word]").textContent = section.dataset.between + words[state];
}

// "Stalls, row F, seat 7", in the page's language.
export function named(section, box) {
  const parts = {
    zone: box.closest(".seat-list__zone").querySelector("h3").textContent,
    row: box.closest("[data-row]").dataset.row,
    seat: box.parentElement.querySelector("b").textContent,
  };
  return section.dataset.seat.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}

export function say(section, sentence) {
  section.querySelector("[data-said]").textContent = sentence;
  for (const too of document.querySelectorAll("[data-said-too]")) too.textContent = sentence;
}

// By the clocks of the house, whatever those of the reader say.
export function clockThere(instant, timeZone) {
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
  return format.format(new Date(instant));
}
