// What the hidden track knows of the film: things with their span and boxes, in the order of the film. A jump asks by the clock
// and not by what was active, so nothing stays behind.
const RECENT = 15; // seconds before a pause that are still meant

export function cuesOf(video, told) {
  const track = [...video.textTracks].find((one) => one.kind === "metadata");
  const known = new WeakMap();
  let furthest = 0;
  let isOver = false;
  if (track) {
    track.mode = "hidden"; // else no cue is ever loaded or told
    track.addEventListener("cuechange", told);
    video.querySelector("track[kind=metadata]").addEventListener("load", told);
  }
  video.addEventListener("timeupdate", () => (furthest = Math.max(furthest, video.currentTime)));
  video.addEventListener("seeked", told);
  video.addEventListener("ended", () => (isOver = true));

  const read = (cue) => {
    if (!known.has(cue)) known.set(cue, { ...parsed(cue.text), start: cue.startTime, end: cue.endTime });
    return known.get(cue);
  };
  const all = () => [...(track?.cues ?? [])].map(read).filter((cue) => cue.k === "item" && isTold(cue));
  // What gives away what happens is told once its moment has passed, or the whole film.
  const isTold = (cue) => !cue.spoiler || isOver || (cue.spoiler < 2 && furthest >= cue.start);
  return {
    all,
    here: (at = video.currentTime) => all().filter((cue) => cue.start <= at && at < cue.end),
    recent: (at = video.currentTime) => all().filter((cue) => cue.start <= at && at < cue.end + RECENT),
    // The next thing after a moment, or the last before it; one that is seen now is not jumped to again.
    beside: (way, at = video.currentTime) =>
      way > 0 ? all().find((cue) => cue.start > at + 0.05) : all().findLast((cue) => cue.start < at - 1.5),
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
