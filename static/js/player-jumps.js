// Timecodes of the table below move this film instead of loading the page again.
export function jumps(video) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-jump]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    video.currentTime = Number(link.dataset.jump);
    video.scrollIntoView({ block: "center" });
  });
}
