// The bar below the picture, in place of the browser's own: play, where one is, what can be bought, captions, sound, whole screen.
import { clock } from "./player-cues.js";

export function barOf(part, video, whole) {
  const bar = part("bar");
  const seek = part("seek");
  const play = part("play");
  const words = { play: play.getAttribute("aria-label"), pause: play.dataset.pause };
  const captions = [...video.textTracks].find((track) => track.kind === "captions");
  let isDragged = false;

  video.controls = false;
  bar.hidden = false;
  const turn = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  play.addEventListener("click", turn);
  video.addEventListener("click", turn);
  for (const event of ["play", "pause", "ended"])
    video.addEventListener(event, () => {
      play.setAttribute("aria-label", video.paused ? words.play : words.pause);
      bar.classList.toggle("is-playing", !video.paused);
    });
  function tell() {
    const length = video.duration || Number(seek.max);
    part("now").textContent = clock(video.currentTime);
    part("played").setAttribute("width", String((1000 * video.currentTime) / length));
    seek.setAttribute("aria-valuetext", clock(video.currentTime));
    if (!isDragged) seek.value = String(video.currentTime);
  }
  for (const event of ["timeupdate", "seeked", "loadedmetadata"]) video.addEventListener(event, tell);
  tell(); // what there is to know may have come before this
  seek.addEventListener("input", () => {
    isDragged = true;
    video.currentTime = Number(seek.value);
  });
  seek.addEventListener("change", () => (isDragged = false));

  if (captions) {
    captions.mode = "disabled";
    pressable(part("captions"), (isOn) => (captions.mode = isOn ? "showing" : "disabled"), "captions");
  }
  pressable(part("sound"), (isOn) => (video.muted = isOn));
  const full = part("full");
  if (!document.fullscreenEnabled) full.hidden = true;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : whole.requestFullscreen()).catch(() => {}));
  document.addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", String(document.fullscreenElement === whole)));
  return { turn, captions: { areRead: () => captions?.mode === "showing" && Boolean(captions.activeCues?.length) } };
}

// A button that is on or off, and stays so in this browser where it has a name.
export function pressable(button, turned, name) {
  const key = name && `player:${name}`;
  const set = (isOn) => {
    button.setAttribute("aria-pressed", String(isOn));
    turned(isOn);
  };
  let isOn = false;
  try {
    isOn = Boolean(key) && localStorage.getItem(key) === "on";
  } catch {
    isOn = false;
  }
  button.addEventListener("click", () => {
    set((isOn = !isOn));
    try {
      if (key) localStorage.setItem(key, isOn ? "on" : "off");
    } catch {
      // not remembered, then
    }
  });
  set(isOn);
}
