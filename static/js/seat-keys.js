// Arrow keys go from seat to seat as the eye does, Home and End to the ends of the row; the Tab key stops at one seat only.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function seatKeys(section) {
  const hall = section.querySelector("[data-hall]");
  const seats = [...hall.querySelectorAll("button.seat")].map((button) => {
    const place = button.parentElement;
    return { button, x: Number(place.getAttribute("x")), y: Number(place.getAttribute("y")) };
  });
  const bySeat = new Map(seats.map((seat) => [seat.button, seat]));

  hall.addEventListener("focusin", (event) => {
    if (!bySeat.has(event.target)) return;
    for (const button of hall.querySelectorAll("button.seat:not([tabindex='-1'])")) button.tabIndex = -1;
    event.target.tabIndex = 0;
  });
  hall.addEventListener("keydown", (event) => {
    const from = bySeat.get(event.target);
    if (!from || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = event.key in WAYS ? nearest(seats, from, WAYS[event.key]) : atEnd(event);
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
}

// The nearest one that way: a step aside counts double, so that the row is kept where there is one.
function nearest(seats, from, [dx, dy]) {
  let best;
  let least = Infinity;
  for (const seat of seats) {
    const along = (seat.x - from.x) * dx + (seat.y - from.y) * dy;
    const aside = Math.abs((seat.x - from.x) * dy - (seat.y - from.y) * dx);
    if (along > 4 && aside <= along * 2 && along + aside * 2 < least) [best, least] = [seat.button, along + aside * 2];
  }
  return best;
}

function atEnd(event) {
  const row = event.target.closest("[data-row]").querySelectorAll("button.seat");
  return { Home: row[0], End: row[row.length - 1] }[event.key];
}
