// What a device at the door keeps over a reload and a flat battery: its list, and each scan that the site has not taken yet, under a
// key of its own, so that two windows lose none.
export function keepingOf(door) {
  const key = `door:${door}`;
  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const write = (list) => (localStorage.setItem(key, JSON.stringify(list)), list);
  return {
    list: () => read(key),
    merge: (told) => write(merged(read(key), told)),
    came: (ticket) => read(key) && write({ ...read(key), admitted: [...new Set([...read(key).admitted, ticket])] }),
    keep: (scan) => localStorage.setItem(`${key}:${scan.nonce}`, JSON.stringify(scan)),
    drop: (nonce) => localStorage.removeItem(`${key}:${nonce}`),
    waiting: () =>
      Object.keys(localStorage)
        .filter((name) => name.startsWith(`${key}:`))
        .map(read)
        .filter(Boolean)
        .sort((one, other) => one.scanned_at.localeCompare(other.scanned_at)),
  };
}

// A list, and what is new since it. skew: how many seconds the site's clock is ahead of this device's.
function merged(kept, told) {
  const skew = told.now - Date.now() / 1000;
  if (!kept || !told.since) return { ...told, skew };
  const both = (name) => [...new Set([...kept[name], ...told[name]])];
  return {
    ...kept, ...told, skew, places: kept.places, counters: { ...kept.counters, ...told.counters }, admitted: both("admitted"),
    cancelled: both("cancelled"),
  };
}

// One name for this browser, so that a report tells devices of one gate apart.
export function deviceName() {
  const name = localStorage.getItem("door-device") ?? crypto.randomUUID().slice(0, 8);
  localStorage.setItem("door-device", name);
  return name;
}
