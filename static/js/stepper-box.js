// A box over the film: drawn, dragged and stretched with a pointer, moved by arrow keys, or typed as numbers. All of it ends in the
// form's text field, a line a moment, which is what counts.
const query = new URL(import.meta.url).search;
const SMALL = 0.01;

export default async function box(stage) {
  const { seconds } = await import(`./stepper.js${query}`);
  const { place, round, within } = await import(`./stepper-path.js${query}`);
  const form = stage.closest("form");
  const shown = stage.querySelector(".stepper__box");
  const text = form.elements.boxes;
  const parts = [...form.querySelectorAll("[data-part]")];
  const fps = Number(form.dataset.fps);
  let ms = 0;

  const start = () => Math.round(seconds(form.elements.start.value || "0", fps) * 1000) || 0;
  const at = () => Math.max(0, Math.round(ms - start()) / 1000);
  const read = () => text.value.split(/[;\n]/).map((line) => line.trim().split(/[,\s]+/).map(Number))
    .filter((row) => row.length >= 4 && !row.some(Number.isNaN)).map((row) => (row.length === 4 ? [0, ...row] : row)).sort((a, b) => a[0] - b[0]);
  const keyed = (rows) => rows.find((row) => Math.abs(row[0] - at()) < 0.5 / fps);

  function show() {
    const rows = read();
    const now = place(rows, at());
    shown.hidden = !now;
    parts.forEach((part, i) => { if (part !== document.activeElement) part.value = now ? round(now[i] * 100) : ""; });
    if (!now) return;
    shown.classList.toggle("is-between", !keyed(rows));
    ["left", "top", "width", "height"].forEach((side, i) => (shown.style[side] = `${now[i] * 100}%`));
  }

  function write(values) {
    const there = read(), w = within(values[2], SMALL, 1), h = within(values[3], SMALL, 1);
    const row = [at(), round(within(values[0], 0, 1 - w)), round(within(values[1], 0, 1 - h)), round(w), round(h)];
    const rows = [...there.filter((one) => one !== keyed(there)), row].sort((a, b) => a[0] - b[0]);
    text.value = rows.map((one) => one.join(" ")).join("\n");
    show();
  }

  const pointed = (event) => {
    const frame = stage.getBoundingClientRect();
    return [within((event.clientX - frame.left) / frame.width, 0, 1), within((event.clientY - frame.top) / frame.height, 0, 1)];
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const [x, y] = pointed(event);
    const before = place(read(), at());
    const grips = event.target.closest("[data-corner]") ? "corner" : event.target.closest(".stepper__box") ? "box" : "none";
    stage.setPointerCapture(event.pointerId);
    const moved = (move) => {
      const [u, v] = pointed(move);
      if (grips === "none" && Math.abs(u - x) < SMALL && Math.abs(v - y) < SMALL) return;
      if (grips === "corner") write([before[0], before[1], u - before[0], v - before[1]]);
      else if (grips === "box") write([before[0] + u - x, before[1] + v - y, before[2], before[3]]);
      else write([Math.min(x, u), Math.min(y, v), Math.abs(u - x), Math.abs(v - y)]);
    };
    stage.addEventListener("pointermove", moved);
    stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", moved), { once: true });
  });

  shown.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const now = place(read(), at());
    if (!way || !now) return;
    event.preventDefault();
    const index = event.shiftKey ? 2 : 0;
    write(now.map((n, i) => n + (i === index ? way[0] : i === index + 1 ? way[1] : 0) * 0.005));
  });

  parts.forEach((part) => part.addEventListener("change", () => write(parts.map((one) => Number(one.value || 10) / 100))));
  form.querySelector("[data-drop]").addEventListener("click", () => {
    const rows = read(), gone = keyed(rows) ?? rows.findLast((row) => row[0] <= at()) ?? rows[0];
    text.value = rows.filter((row) => row !== gone).map((row) => row.join(" ")).join("\n");
    show();
  });
  text.addEventListener("input", show);
  form.addEventListener("frame", (event) => { ms = event.detail; show(); });
  show();
}
