// Asking the site from a door, where connections come and go: Offline is "not now", Gone is "not you any more".
const PATIENCE_MS = 4_000;
const NOTHING = 1e14; // no version is as high: only the token is asked for

export class Offline extends Error {}
export class Gone extends Error {}

export function siteOf(url) {
  let token = "";

  const call = async (path, options = {}) => {
    let response;
    if (!navigator.onLine) throw new Offline(path);
    try {
      response = await fetch(url + path, {
        ...options, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { ...options.headers, accept: "application/json" },
      });
    } catch {
      throw new Offline(path);
    }
    if (response.ok) return response.json();
    if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Offline(response.status);
    throw new Gone(response.status);
  };

  const list = async (since) => {
    const told = await call(`/list?since=${since}`);
    token = told.csrf;
    return told;
  };

  // A form's token grows old with its session: it is fetched once more before this device gives up.
  const send = async (path, options) => {
    if (!token) await list(NOTHING);
    const post = () => call(path, { ...options, method: "POST", headers: { ...options.headers, "x-csrf-token": token } });
    try {
      return await post();
    } catch (problem) {
      if (!(problem instanceof Gone)) throw problem;
      await list(NOTHING);
      return post();
    }
  };

  return {
    list,
    scan: (scans) => send("/scans", { body: JSON.stringify({ scans }), headers: { "content-type": "application/json" } }),
    read: async (frame) => {
      const form = new FormData();
      form.append("image", frame, "frame.jpg");
      return send("/frames", { body: form });
    },
  };
}
