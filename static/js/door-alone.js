// What a device at the door says by itself, from its list: as the site would, as far as it knows.
import { doorOf, judge } from "./ticket-judging.js";

// Letters that were typed can't be looked up, nor anything be proven without keys: a helper decides, and the site does later.
const UNPROVEN = { verdict: "unknown_key", code: null, mayBeForced: true };

export async function judgeAlone(list, scan, now) {
  const door = list && (await doorOf(list));
  const able = Boolean(scan.way === "code" && door?.keys);
  const { verdict: judged, code, mayBeForced } = able ? await judge(scan.shown, door, now) : UNPROVEN;
  const verdict = list?.off && code ? "cancelled" : judged;
  const entered = verdict === "admitted" || (Boolean(scan.because) && mayBeForced);
  const here = code?.screening === list?.screening;
  return {
    verdict, entered, able, keys: Boolean(door?.keys), ticket: code?.ticket, may_be_forced: mayBeForced && !entered,
    place: (here && list?.places?.[code.seatHash]) || "",
  };
}

// What any code may hold, as the site takes it: one line, not endless.
export function plain(text) {
  return text.replace(/[\u0000-\u001f\u007f\ud800-\udfff]/g, " ").slice(0, 500) || " ";
}
