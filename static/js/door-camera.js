// The buttons around the door's camera. seen: called with each code.
import { startCamera } from "./door-lens.js";

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
