// The player's keys. A letter counts only where nobody types, and where the focus is in the player or nowhere.
export function keysOf(stage, does) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const { target } = event;
    if (target.closest("input:not([type=range]), select, textarea, [contenteditable]")) return;
    if (target !== document.body && !stage.contains(target)) return;
    const act = { s: does.shelf, k: does.turn, "[": does.before, "]": does.after, Escape: does.escape }[
      event.key.length === 1 ? event.key.toLowerCase() : event.key
    ];
    if (!act || act() === false) return;
    event.preventDefault();
  });
}
