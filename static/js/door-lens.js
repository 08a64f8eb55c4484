// What a camera sees: frames are read by the browser itself where it can (BarcodeDetector), else by the site.
const OWN_MS = 150;
const ASKED_MS = 500;
const SIDE = 960;

// Gives how to stop it, and the track whose light can be switched. found: called with each code that is seen.
export async function startCamera(video, site, found) {
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
