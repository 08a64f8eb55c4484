// <section data-behaviour="seat-map">: a seat's button ticks its box, and a line says what is chosen and what it costs together.
// data-amounts: minor units by category; data-most: seats for one person. The boxes are what the form sends.
import { named, say, seatsOf, show } from "./seat-states.js";

export default function seatMap(section) {
  const { buttons, boxes } = seatsOf(section);
  const amounts = JSON.parse(section.dataset.amounts);
  const { currency } = section.dataset;
  const format = currency && new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const unit = format ? 10 ** format.resolvedOptions().maximumFractionDigits : 1;
  const standing = [...section.querySelectorAll("input[data-area]")];

  const chosen = () => [...boxes.values()].filter((box) => box.checked);
  const stood = () => standing.map((field) => [field, Math.max(0, Math.trunc(Number(field.value)) || 0)]).filter(([, many]) => many);
  const count = () => chosen().length + stood().reduce((sum, [, many]) => sum + many, 0);

  const tell = () => {
    const areas = stood();
    const names = [...chosen().map((box) => named(section, box)), ...areas.map(([field, many]) => `${many} × ${field.dataset.name}`)];
    if (!names.length) return say(section, section.querySelector("[data-said]").dataset.nothing);
    let minor = chosen().reduce((sum, box) => sum + (amounts[box.dataset.category] ?? 0), 0);
    for (const [field, many] of areas) minor += many * (amounts[field.dataset.category] ?? 0);
    say(section, names.join(" · ") + (format ? ` · ${format.format(minor / unit)}` : ""));
  };

  const choose = (box, wanted) => {
    box.checked = wanted;
    if (wanted && section.dataset.most && count() > Number(section.dataset.most)) {
      box.checked = false;
      return say(section, section.dataset.full);
    }
    show(section, buttons.get(box.value), box, wanted ? "chosen" : "free");
    tell();
  };

  section.addEventListener("click", (event) => {
    const button = event.target.closest("button.seat[value]");
    if (!button) return;
    event.preventDefault();
    const box = boxes.get(button.value);
    if (!box.disabled) choose(box, !box.checked);
  });
  section.addEventListener("change", (event) => {
    if (event.target.name === "seat") choose(event.target, event.target.checked);
    else if (event.target.dataset.area) tell();
  });
  section.addEventListener("seats-moved", tell);
  // A page that comes back from history has its boxes as they were left; the buttons follow.
  for (const [id, box] of boxes) if (!box.disabled) show(section, buttons.get(id), box, box.checked ? "chosen" : "free");
  tell();
}
