// Goes through a film frame by frame: keys and buttons step, I and O say where an appearance starts and ends. The form's fields
// hold what counts; this only fills them in. Tells `frame` on the form whenever another frame is seen.
export const clock = (ms) => {
  const part = (n, size = 2) => String(n).padStart(size, "0");
  return `${part(Math.floor(ms / 3600000))}:${part(Math.floor(ms / 60000) % 60)}:${part(Math.floor(ms / 1000) % 60)}.${part(ms % 1000, 3)}`;
};

// Seconds of what was typed, as far as a script needs to know: the server understands the rest.
export const seconds = (text, fps) => {
  const frames = /^(\d+):(\d+):(\d+)[:;](\d+)$/.exec(text.trim());
  if (frames) return frames.slice(1, 4).reduce((sum, n) => sum * 60 + Number(n), 0) + Number(frames[4]) / fps;
  const found = text.trim().replace(",", ".").split(":").map(Number);
  return found.some(Number.isNaN) ? NaN : found.reduce((sum, n) => sum * 60 + n, 0);
};

export default function stepper(form) {
  const film = form.querySelector("video");
  const stage = form.querySelector(".stepper__stage");
  const now = form.querySelector("[data-now]");
  const fps = Number(form.dataset.fps);
  const field = { start: form.elements.start, end: form.elements.end };
  let wanted = null; // a frame on the way there, so that quick presses add up

  const frame = () => wanted ?? Math.floor(film.currentTime * fps + 0.001);
  const ms = (at = frame()) => Math.round((at * 1000) / fps);
  const last = () => Math.max(0, Math.ceil((film.duration || 0) * fps) - 1);

  function show() {
    now.value = `${clock(ms())} · ${frame()}`;
    form.dispatchEvent(new CustomEvent("frame", { detail: ms() }));
  }

  function go(to) {
    film.pause();
    wanted = Math.min(Math.max(0, to), last());
    film.currentTime = (wanted + 0.5) / fps; // the middle of a frame is that frame in every browser
    show();
  }

  function mark(which) {
    field[which].value = clock(which === "end" ? ms(frame() + 1) : ms());
    field[which].dispatchEvent(new Event("change", { bubbles: true }));
    show();
  }

  film.controls = false; // keys and buttons step through it instead
  stage.tabIndex = 0;
  const play = () => (film.paused ? film.play() : film.pause());

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step], [data-mark], [data-play]");
    if (!button) return;
    if (button.dataset.step) go(frame() + Number(button.dataset.step));
    else if (button.dataset.mark) mark(button.dataset.mark);
    else play();
  });

  stage.addEventListener("keydown", (event) => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) go(frame() + step * (event.shiftKey ? Math.round(fps) : 1));
    else if (event.key === " ") play();
    else if (event.key === "i" || event.key === "I") mark("start");
    else if (event.key === "o" || event.key === "O") mark("end");
    else return;
    event.preventDefault();
  });

  field.start.addEventListener("change", () => {
    const at = seconds(field.start.value, fps);
    if (field.start.value && !Number.isNaN(at) && Math.abs(at * 1000 - ms()) > 1000 / fps) go(Math.round(at * fps));
  });

  film.addEventListener("seeked", () => { wanted = null; show(); });
  film.addEventListener("timeupdate", show);
  const begin = () => go(Math.round((seconds(field.start.value || "0", fps) || 0) * fps));
  if (film.readyState) begin();
  else film.addEventListener("loadedmetadata", begin, { once: true });
}
