// A film that can be shopped, quietly: a count on the bar; when it is paused, what is on screen and was a moment ago. Nothing plays
// or opens by itself, nothing is laid over the picture unless it is asked for, and no focus is taken while the film runs.
import { barOf, pressable } from "./player-bar.js";
import { buying } from "./player-buy.js";
import { clock, cuesOf } from "./player-cues.js";
import { jumps } from "./player-jumps.js";
import { keysOf } from "./player-keys.js";
import { savedOf } from "./player-saved.js";
import { shelfOf } from "./player-shelf.js";
import { spotsOn } from "./player-spots.js";

export default function player(stage) {
  const part = (name) => stage.querySelector(`[data-part="${name}"]`);
  const video = part("film");
  const bar = barOf(part, video, part("whole"));
  jumps(video);
  if (!part("shelf")) return;
  const say = (words, values) => (part("status").textContent = stage.dataset[words].replace(/\{(\w+)\}/g, (_, name) => values[name]));
  const cues = cuesOf(video, look);
  const shelf = shelfOf(part, { now: () => video.currentTime, closed: leave });
  const saved = savedOf(stage, shelf.cards, say);
  const spots = spotsOn(part("spots"), video, bar.captions, (cue) => {
    video.pause();
    open([cue, ...cues.recent().filter((one) => one.id !== cue.id)], "here");
    shelf.focus(cue.id);
  }, part("play"));
  let areMarked = false;

  const newestFirst = () => cues.recent().sort((one, other) => other.end - one.end);
  function look() {
    const here = cues.here();
    const count = new Set(here.map((cue) => cue.id)).size;
    const { none, one, many } = part("count").dataset;
    part("count").lastElementChild.textContent = count === 0 ? none : count === 1 ? one : many.replace("{num}", count);
    part("count").classList.toggle("is-some", count > 0);
    spots.draw(here, areMarked || (video.paused && video.currentTime > 0));
    if (video.paused && shelf.isOpen() && !video.ended) fill();
  }
  function fill() {
    return shelf.fill(newestFirst(), cues.here().length ? "here" : "recent");
  }
  function open(list, kind) {
    const names = list ? shelf.fill(list, kind) : fill();
    shelf.show(true);
    part("count").setAttribute("aria-expanded", "true");
    if (names.length) say("saidHere", { names: names.join(", ") });
    else say("saidNone", {});
  }
  function close() {
    shelf.show(false);
    part("count").setAttribute("aria-expanded", "false");
  }
  function leave() {
    close();
    shelf.back();
  }
  function ask() {
    if (shelf.isOpen() && shelf.holds(document.activeElement)) return leave();
    video.pause();
    open();
    shelf.focus();
  }
  function jump(way) {
    const cue = cues.beside(way);
    if (!cue) return;
    video.currentTime = cue.start + 0.05;
    say("saidJump", { name: cue.item, clock: clock(cue.start) });
  }
  video.addEventListener("pause", () => video.seeking || video.ended || (cues.recent().length && open(), look()));
  video.addEventListener("play", () => (close(), look()));
  video.addEventListener("ended", () => {
    const after = saved.all().map((id) => ({ id }));
    open(after.length ? after : undefined, "saved");
  });
  part("count").addEventListener("click", ask);
  pressable(part("marks"), (isOn) => ((areMarked = isOn), look()), "marks");
  buying(stage, part("finds"), say, () => (part("basket").hidden = false));
  keysOf(stage, { shelf: ask, turn: bar.turn, before: () => jump(-1), after: () => jump(1), escape: () => shelf.isOpen() && leave() });
}
