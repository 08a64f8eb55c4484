// A scan from the code to the answer: the site is asked; where it can't be, this device judges by its list, keeps the scan, and
// brings it home later under the same number.
import { deviceName, keepingOf } from "./door-keeping.js";
import { Gone, Offline, siteOf } from "./door-site.js";
import { doorOf, judge } from "./ticket-judging.js";

const UNPROVEN = { verdict: "unknown_key", code: null, mayBeForced: true };
const ALONE_MS = 8_000; // so long after a failed try nobody is kept waiting for another

// told: {counts(admitted, sold), line(state, waiting)}. most: scans in one call.
export function scannerOf(id, url, most, told) {
  const [keeping, site, device] = [keepingOf(id), siteOf(url), deviceName()];
  let [state, aloneUntil, busy] = ["ready", 0, false];

  const say = (now) => told.line((state = now), keeping.waiting().length);
  const now = () => Date.now() / 1000 + (keeping.list()?.skew ?? 0);

  const failed = (problem) => {
    if (problem instanceof Gone) return say("gone");
    if (!(problem instanceof Offline)) throw problem;
    aloneUntil = Date.now() + ALONE_MS;
    say("offline");
  };

  // Brings home what waits, and fetches what is new.
  const sync = async () => {
    if (busy) return;
    busy = true;
    try {
      const list = keeping.merge(await site.list(keeping.list()?.version ?? 0));
      told.counts(list.admitted_count, list.sold);
      for (let scans; (scans = keeping.waiting().slice(0, most)).length; ) {
        const found = await site.scan(scans);
        found.answers.forEach((answer) => keeping.drop(answer.nonce));
        told.counts(found.admitted, found.sold);
        if (!found.answers.length) break;
      }
      aloneUntil = 0;
      say("ready");
    } catch (problem) {
      failed(problem);
    } finally {
      busy = false;
    }
  };

  const ask = async (scan) => {
    const found = await site.scan([scan]);
    told.counts(found.admitted, found.sold);
    if (state !== "ready") say("ready");
    const [answer] = found.answers;
    if (answer.entered && answer.ticket) keeping.came(answer.ticket);
    return answer;
  };

  // Without the site. Letters that were typed can't be looked up: a helper decides, and the site does later.
  const alone = async (scan) => {
    const list = keeping.list();
    const door = list && (await doorOf(list));
    const able = scan.way === "code" && door?.keys;
    const found = able ? await judge(scan.shown, door, now()) : UNPROVEN;
    const verdict = list?.off && found.code ? "cancelled" : found.verdict;
    const forced = Boolean(scan.because) && found.mayBeForced;
    const entered = verdict === "admitted" || forced;
    if (scan.way === "code" || forced) keeping.keep({ ...scan, said: verdict, because: forced ? scan.because : null });
    if (entered && found.code) keeping.came(found.code.ticket);
    say(door?.keys ? "offline" : "alone");
    return { verdict, entered, able, may_be_forced: found.mayBeForced && !entered, place: placeOf(list, found.code) };
  };

  const scan = async (text, way = "code", because = null) => {
    const wish = { nonce: crypto.randomUUID(), shown: plain(text), way, because, device, scanned_at: new Date(now() * 1000).toISOString() };
    if (Date.now() >= aloneUntil) {
      try {
        return await ask(wish);
      } catch (problem) {
        failed(problem);
        if (problem instanceof Gone) return null;
      }
    }
    return alone(wish);
  };

  return { scan, sync, site };
}

const placeOf = (list, code) => (code?.screening === list?.screening && list?.places?.[code.seatHash]) || "";

// What any code may hold, as the site takes it: one line, not endless.
const plain = (text) => text.replace(/[\u0000-\u001f\u007f\ud800-\udfff]/g, " ").slice(0, 500) || " ";
