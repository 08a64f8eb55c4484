// A scan from code to answer: the site is asked; where it can't be, this device judges, keeps the scan, and brings it home later.
import { judgeAlone, plain } from "./door-alone.js";
import { deviceName, keepingOf } from "./door-keeping.js";
import { Gone, Offline, siteOf } from "./door-site.js";

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

  // Under a number of its own, with that under which the site may have heard of it: an answer may be lost on its way.
  const alone = async (scan) => {
    const list = keeping.list();
    const found = await judgeAlone(list, scan, now());
    const because = found.entered ? scan.because : null;
    if (scan.way === "code" || found.entered)
      keeping.keep({ ...scan, nonce: crypto.randomUUID(), asked: scan.nonce, said: found.verdict, because });
    if (found.entered && found.ticket) keeping.came(found.ticket);
    say(found.keys ? "offline" : "alone");
    return found;
  };

  const scan = async (text, way = "code", because = null) => {
    const wish = { nonce: crypto.randomUUID(), shown: plain(text), way, because: because && plain(because), device, scanned_at: new Date(now() * 1000).toISOString() };
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

  return { scan, sync, site, now };
}
