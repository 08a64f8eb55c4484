// The door's page at work: camera and letters in, an answer out, with or without a connection. Without this script its forms do the same.
import { boardOf } from "./door-board.js";
import { useCamera } from "./door-camera.js";
import { scannerOf } from "./door-scanner.js";
import { signalsOf } from "./door-signals.js";

const EVERY_MS = 5_000;
const SAME_MS = 4_000; // a ticket that is still held before the camera is no second scan

export default function door(root) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const board = boardOf(root);
  const scanner = scannerOf(root.dataset.door, root.dataset.url, Number(root.dataset.most), board);
  const signal = signalsOf(part("sound"));
  const [why, typed] = [part("why"), part("typed")];
  let [last, lastAt, asked] = ["", 0, null];

  const scan = async (text, way, because) => {
    const found = await scanner.scan(text, way, because);
    if (!found) return;
    const needs = way === "typed" && found.able === false && !found.entered ? typed.dataset.needs : undefined;
    signal(board.show({ ...found, sentence: needs, at: scanner.now() * 1000 }));
    asked = found.may_be_forced ? { text, way } : null;
    why.hidden = !asked;
    if (asked) why.elements.because.value = "";
  };

  const seen = async (text) => {
    const now = Date.now();
    const same = text === last && now - lastAt < SAME_MS;
    [last, lastAt] = [text, now];
    if (!same) await scan(text, "code");
  };

  typed.addEventListener("submit", (event) => {
    const text = typed.elements.letters.value.trim();
    if (!text || typed.elements.image.files.length) return; // a picture is read by the site
    event.preventDefault();
    typed.elements.letters.value = "";
    scan(text, text.startsWith("PT1.") ? "code" : "typed");
  });
  why.addEventListener("submit", (event) => {
    const because = why.elements.because.value.trim();
    if (!asked || because.length < 3) return;
    event.preventDefault();
    scan(asked.text, asked.way, because);
  });

  useCamera(part, scanner.site, seen);
  scanner.sync().then(keepPage);
  setInterval(() => document.hidden || scanner.sync(), EVERY_MS);
  window.addEventListener("online", scanner.sync);
  window.addEventListener("offline", scanner.sync);
}

// This page and its files, for when it is loaded again without a connection.
async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/door/worker.js", { scope: "/door/" });
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.includes("/static/"));
  active.postMessage([location.pathname, ...new Set(files)]);
}
