// Who is let in: the twin of crowdfund/screenings/codes/judging.py, held to the same tests/unit/ticket_cases.json, so that a
// door offline never says anything else than the server would.
import { Refused, importKeys, verifyCode } from "./ticket-code.js";

// Staff may let somebody in all the same, with a reason; why these and no others stands in judging.py.
export const MAY_BE_FORCED = new Set(["too_early", "too_late", "already_used"]);

// What a door knows, from the JSON that Door.told() makes. keys is null where this browser can't prove signatures.
export async function doorOf(told) {
  return {
    screening: told.screening, opensAt: told.opens_at, closesAt: told.closes_at, keys: await importKeys(told.keys),
    counters: new Map(Object.entries(told.counters)), admitted: new Set(told.admitted), cancelled: new Set(told.cancelled),
  };
}

// {verdict, code, mayBeForced}. text: whatever the QR code held. now: seconds since 1970. code: null where it was not proven.
export async function judge(text, door, now) {
  try {
    const code = await verifyCode(text, door.keys);
    return answer(verdictOn(code, door, now), code);
  } catch (problem) {
    if (problem instanceof Refused) return answer(problem.code, null);
    throw problem;
  }
}

function answer(verdict, code) {
  return { verdict, code, mayBeForced: MAY_BE_FORCED.has(verdict) };
}

// The first that holds: what can't be mended by waiting is said before what can.
export function verdictOn(code, door, now) {
  if (code.screening !== door.screening) return "wrong_screening";
  if (door.cancelled.has(code.ticket)) return "cancelled";
  if (code.counter < (door.counters.get(code.ticket) ?? 0)) return "given_away";
  if (door.admitted.has(code.ticket)) return "already_used";
  if (now < Math.max(code.notBefore, door.opensAt)) return "too_early";
  if (now >= Math.min(code.notAfter, door.closesAt)) return "too_late";
  return "admitted";
}
