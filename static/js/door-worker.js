// Keeps the door's page and its files for when there is no connection: first the site is asked, and what it last said stands in. Lists
// and scans are no affair of this worker; the page keeps them itself.
const KEPT = "door";
const PATIENCE_MS = 4_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(Promise.allSettled(event.data.map(fetchAndKeep))));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const ours = origin === self.location.origin && event.request.method === "GET";
  if (ours && !pathname.endsWith("/list") && !pathname.startsWith("/door/passes/")) event.respondWith(answer(event.request));
});

async function fetchAndKeep(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (response.ok && !response.redirected) await (await caches.open(KEPT)).put(url, response);
}

async function answer(request) {
  const kept = await (await caches.open(KEPT)).match(request, { ignoreSearch: true, ignoreVary: true });
  try {
    const signal = kept ? AbortSignal.timeout(PATIENCE_MS) : undefined;
    const response = await fetch(request, { signal });
    if (response.ok && !response.redirected) (await caches.open(KEPT)).put(request, response.clone());
    return response;
  } catch (problem) {
    if (kept) return kept;
    throw problem;
  }
}
