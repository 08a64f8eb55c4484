// A hall that is too large for the window: first the whole of it, a tap goes to the seats there, a button leads back.
export default function seatZones(section) {
  const hall = section.querySelector("[data-hall]");
  const whole = section.querySelector("[data-whole]");
  const back = section.querySelector("[data-back-to-zones]");
  const drawing = hall.querySelector("svg");
  const width = Number(drawing.getAttribute("width"));

  const see = (view) => {
    section.dataset.view = view;
    back.hidden = view !== "seats" || width <= section.clientWidth;
  };
  const goTo = (x, y) => {
    see("seats");
    hall.scrollTo({ left: x - hall.clientWidth / 2, top: y - hall.clientHeight / 2, behavior: "instant" });
  };
  // Where the finger was, in the hall: both pictures are the same one, in two sizes.
  const under = (event) => {
    const small = whole.querySelector("svg");
    const { left, top, width: wide } = small.getBoundingClientRect();
    const { y, width: units } = small.viewBox.baseVal;
    return [((event.clientX - left) / wide) * width, ((event.clientY - top) / wide + y / units) * width];
  };

  whole.addEventListener("click", (event) => {
    const zone = event.target.closest("[data-zone]");
    if (!zone) return;
    // Pressed with a key there is no such place: then the middle of the zone.
    const middle = whole.querySelector(`button[data-zone="${CSS.escape(zone.dataset.zone)}"]`).dataset;
    const spot = event.detail > 0 ? under(event) : [Number(middle.x), Number(middle.y)];
    goTo(...spot);
    seatAt(hall, spot)?.focus({ preventScroll: true });
  });
  back.addEventListener("click", () => {
    see("zones");
    whole.querySelector("button").focus({ preventScroll: true });
  });

  const start = () => {
    if (section.dataset.view) return see(section.dataset.view);
    if (width <= section.clientWidth) see("seats");
    else if (!matchMedia("(max-width: 40rem)").matches) goTo(width / 2, 0);
  };
  addEventListener("resize", start);
  start();
}

// The seat that is nearest to a spot: where arrow keys go on from.
function seatAt(hall, [x, y]) {
  let [best, least] = [undefined, Infinity];
  for (const button of hall.querySelectorAll("button.seat")) {
    const place = button.parentElement;
    const far = Math.hypot(Number(place.getAttribute("x")) - x, Number(place.getAttribute("y")) - y);
    if (far < least) [best, least] = [button, far];
  }
  return best;
}
