// Marks in the picture: real buttons in the order of the film, each in the middle of its box. They follow it frame by frame. While captions are shown none stands where a caption is.
const CAPTIONS_FROM = 0.78; // of the height: below it captions are read

export function spotsOn(layer, video, captions, pressed, next) {
  const buttons = new Map();
  let cues = [];
  let isOn = false;

  function draw(list, on) {
    cues = on ? list.filter((cue) => cue.box?.length) : [];
    isOn = cues.length > 0;
    const keys = new Set(cues.map((cue) => cue.ap));
    for (const [key, button] of buttons) {
      if (keys.has(key)) continue;
      if (button === document.activeElement) next.focus({ preventScroll: true });
      button.remove();
      buttons.delete(key);
    }
    for (const cue of cues) {
      if (!buttons.has(cue.ap)) buttons.set(cue.ap, made(cue));
      const button = buttons.get(cue.ap);
      if (layer.lastElementChild !== button && button !== document.activeElement) layer.append(button);
    }
    follow();
  }
  function made(cue) {
    const button = document.createElement("button");
    button.className = "spot";
    button.type = "button";
    button.setAttribute("aria-label", [cue.item, cue.alt].filter(Boolean).join(", "));
    button.append(Object.assign(document.createElement("span"), { className: "spot__name", textContent: cue.item }));
    button.addEventListener("click", () => pressed(cue));
    return button;
  }
  function follow() {
    fit();
    const low = captions.areRead() ? CAPTIONS_FROM : 0.97;
    for (const cue of cues) {
      const [x, y, w, h] = boxAt(cue.box, video.currentTime - cue.start);
      const { style } = buttons.get(cue.ap);
      const middle = Math.min(y + h / 2, low - 0.06);
      style.setProperty("--x", String(x + w / 2));
      style.setProperty("--y", String(middle));
    }
  }
  // The layer lies on the picture, not on the bars beside it.
  function fit() {
    const { clientWidth: width, clientHeight: height } = video;
    const size = Math.min(width / (video.videoWidth || 16), height / (video.videoHeight || 9));
    layer.style.inlineSize = `${size * (video.videoWidth || 16)}px`;
    layer.style.blockSize = `${size * (video.videoHeight || 9)}px`;
  }
  function tick() {
    if (isOn) follow();
    if (!video.paused) requestAnimationFrame(tick);
  }
  video.addEventListener("play", () => requestAnimationFrame(tick));
  for (const event of ["seeked", "loadedmetadata", "timeupdate"]) video.addEventListener(event, () => isOn && follow());
  new ResizeObserver(follow).observe(video);
  return { draw };
}

// Where a box is so many seconds after its cue began: straight from one point to the next.
export function boxAt(points, at) {
  const after = points.findIndex((point) => point[0] >= at);
  if (after <= 0) return points.at(after === 0 ? 0 : -1).slice(1);
  const [from, to] = [points[after - 1], points[after]];
  const part = (at - from[0]) / (to[0] - from[0]);
  return from.slice(1).map((value, i) => value + (to[i + 1] - value) * part);
}
