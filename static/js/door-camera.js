// The camera at the door: frames are read by the browser itself where it can (BarcodeDetector), else by the site.
const OWN_MS = 150;
const ASKED_MS = 500;
const SIDE = 960;

// The buttons around it. seen: called with each code.
export function useCamera(part, site, seen) {
  const [start, torch, video, says] = [part("start"), part("torch"), part("video"), part("camera-says")];
  const startWords = start.textContent;
  let camera;
  const show = (on) => {
    video.hidden = !on;
    start.textContent = on ? start.dataset.stopWords : startWords;
    torch.hidden = !camera?.track.getCapabilities?.().torch;
  };
  start.addEventListener("click", async () => {
    const running = camera;
    camera = undefined;
    running?.stop();
    says.hidden = true;
    if (running) return show(false);
    try {
      show(true);
      camera = await startCamera(video, site, seen);
      show(true);
    } catch {
      show(false);
      says.textContent = part("camera").dataset.none;
      says.hidden = false;
    }
  });
  torch.addEventListener("click", () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    torch.setAttribute("aria-pressed", on);
    camera?.track.applyConstraints({ advanced: [{ torch: on }] });
  });
}

// Gives how to stop it, and the track whose light can be switched. found: called with each code that is seen.
async function startCamera(video, site, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
  });
  video.srcObject = stream;
  await video.play();
  const [track] = stream.getVideoTracks();
  let on = true;
  const stop = () => {
    on = false;
    track.stop();
    video.srcObject = null;
  };
  watch(await readerOf(video, site), () => on && !document.hidden, () => on, found);
  return { stop, track };
}

async function watch(reader, awake, on, found) {
  while (on()) {
    if (awake()) {
      const text = await reader.read().catch(() => "");
      if (text && on()) await found(text);
    }
    await new Promise((done) => setTimeout(done, reader.every));
  }
}

async function readerOf(video, site) {
  const formats = (await window.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return { every: OWN_MS, read: async () => ticketIn((await detector.detect(video)).map((code) => code.rawValue)) };
  }
  const canvas = document.createElement("canvas");
  const read = async () => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    [canvas.width, canvas.height] = [video.videoWidth * scale, video.videoHeight * scale];
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return (await site.read(frame)).code;
  };
  return { every: ASKED_MS, read };
}

// Of several codes in one picture the ticket; of two tickets none, since nobody knows whose turn it is.
function ticketIn(texts) {
  const tickets = [...new Set(texts.filter((text) => text.startsWith("PT1.")))];
  return tickets.length > 1 ? "" : (tickets[0] ?? texts[0] ?? "");
}
