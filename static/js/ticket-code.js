// The text in a ticket's QR code, read and proven in the browser, so that a door works offline. Its bytes are described in
// crowdfund/screenings/codes/token.py, of which this is the twin: tests hold both to tests/unit/ticket_vectors.json.
const PREFIX = "PT1.";
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const [EPOCH, HOUR] = [Date.UTC(2020, 0, 1) / 1000, 3600];
const FACTS = 23; // bytes before the signature

// Why a code is refused: not_a_ticket, forged, unknown_key.
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// {ticket, screening, keyName, seatHash, counter, notBefore, notAfter}, unproven. Ids are public ones, times seconds since 1970.
export function readCode(text) {
  return codeIn(bytesIn(text));
}

// The same, once its signature was proven. keys: Map of CryptoKey by `screening.number`, from importKeys. Throws Refused.
export async function verifyCode(text, keys) {
  const raw = bytesIn(text);
  const code = codeIn(raw);
  const key = keys.get(code.keyName);
  if (!key) throw new Refused("unknown_key");
  const signed = new Uint8Array([...new TextEncoder().encode(PREFIX), ...raw.subarray(0, FACTS)]);
  if (!(await crypto.subtle.verify("Ed25519", key, raw.subarray(FACTS), signed))) throw new Refused("forged");
  return code;
}

// Public keys in base64url by `screening.number`, ready to verify with; null in a browser without Ed25519, which asks the server.
export async function importKeys(told) {
  const ready = ([name, letters]) =>
    crypto.subtle.importKey("raw", bytesOf(letters), "Ed25519", false, ["verify"]).then((key) => [name, key]);
  try {
    return new Map(await Promise.all(Object.entries(told).map(ready)));
  } catch (problem) {
    if (problem.name === "NotSupportedError") return null;
    throw problem;
  }
}

// Those of a hall's seats that a code can mean: one as a rule, rarely two, none where it has no numbered seat.
export async function seatsOf(code, seats) {
  const hashes = await Promise.all(seats.map(seatHash));
  return seats.filter((_, place) => hashes[place] === code.seatHash);
}

async function seatHash(seat) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(seat)));
  return (hash[0] << 8) | hash[1] || 1;
}

function bytesIn(text) {
  if (!text.startsWith(PREFIX)) throw new Refused("not_a_ticket");
  if (!/^PT1\.[A-Za-z0-9_-]{116}$/.test(text)) throw new Refused("forged");
  return bytesOf(text.slice(PREFIX.length));
}

function bytesOf(letters) {
  return Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function codeIn(raw) {
  const view = new DataView(raw.buffer);
  const validity = view.getUint32(19) & 0xffffff; // the three bytes after the counter
  const hours = validity & 63;
  if (raw[0] >> 4 !== 1 || hours === 0) throw new Refused("forged");
  const screening = lettersOf(view.getBigUint64(9));
  const notBefore = EPOCH + (validity >> 6) * HOUR;
  return {
    ticket: lettersOf(view.getBigUint64(1)), screening, keyName: `${screening}.${raw[0] & 15}`, seatHash: view.getUint16(17),
    counter: raw[19], notBefore, notAfter: notBefore + hours * HOUR,
  };
}

function lettersOf(number) {
  return Array.from({ length: 13 }, (_, place) => LETTERS[Number((number >> BigInt(60 - 5 * place)) & 31n)]).join("");
}
