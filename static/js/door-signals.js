// For who looks at people, not at the screen: a short high tone and a tick for good, a long low one and a buzz for no. Off by itself.
const TONES = { good: [880, 0.12], wait: [440, 0.3], bad: [196, 0.5] };
const TICKS = { good: 40, wait: [60, 60, 60], bad: [220, 80, 220] };
let audio;

export function signalsOf(box) {
  box.checked = localStorage.getItem("door-sound") === "on";
  box.addEventListener("change", () => {
    localStorage.setItem("door-sound", box.checked ? "on" : "off");
    signal("good");
  });
  const signal = (tone) => {
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(TICKS[tone]);
    if (box.checked) sound(...TONES[tone]);
  };
  return signal;
}

function sound(pitch, seconds) {
  audio ??= new AudioContext();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.4, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + seconds);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + seconds);
}
