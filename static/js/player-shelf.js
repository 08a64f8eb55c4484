// The shelf beside the film: cards that stand on the page already, of which it shows those that are meant. It takes the focus only
// where somebody asked for it, and gives it back.
export function shelfOf(part, told) {
  const box = part("shelf");
  const list = part("finds");
  const heading = part("shelf-name");
  const cards = new Map([...list.children].map((card) => [card.dataset.product, card]));
  let from = null; // what had the focus before

  const shown = () => [...list.children].filter((card) => !card.hidden);
  const control = (card) => card.querySelector("[data-act], .save button");

  // cues: in the order in which they are to stand. kind: here, recent, saved or none.
  function fill(cues, kind) {
    const held = list.contains(document.activeElement) ? document.activeElement : null; // what is moved loses the focus
    for (const card of cards.values()) card.hidden = true;
    for (const cue of cues) {
      const card = cards.get(cue.id);
      if (!card || !card.hidden) continue;
      put(card, cue);
      list.append(card);
    }
    heading.textContent = heading.dataset[cues.length ? kind : "none"];
    if (held && !held.closest(".find").hidden) held.focus({ preventScroll: true });
    return shown().map((card) => card.dataset.name);
  }
  // What is meant is this appearance: its seller first, its words, its moment in the form.
  function put(card, cue) {
    card.hidden = false;
    card.classList.remove("is-meant");
    if (cue.listing) {
      const offer = card.querySelector(`[data-listing="${cue.listing}"]`);
      if (offer) offer.parentElement.prepend(offer);
    }
    const where = card.querySelector("[data-where]");
    where.dataset.where ||= where.textContent; // what the page said of it
    where.textContent = cue.alt || where.dataset.where;
    if (!cue.ap) return;
    for (const form of card.querySelectorAll("form")) {
      if (form.elements.appearance) form.elements.appearance.value = cue.ap;
      if (form.elements.moment) form.elements.moment.value = Math.round(Math.max(cue.start, Math.min(told.now(), cue.end)) * 1000);
    }
  }
  function show(isShown) {
    box.hidden = !isShown;
    box.closest(".stage").classList.toggle("is-open", isShown);
  }
  function focus(id) {
    from ??= document.activeElement;
    const card = (id && cards.get(id)) || shown()[0];
    card?.classList.toggle("is-meant", Boolean(id));
    (card ? control(card) : part("close")).focus();
  }
  function back() {
    const target = from && from.isConnected && from !== document.body ? from : part("play");
    from = null;
    target.focus();
  }
  list.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    const card = event.target.closest(".find");
    if (!way || !card || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = shown();
    const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(card) + way))];
    control(next).focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  part("close").addEventListener("click", () => told.closed());
  return { fill, show, focus, back, cards, isOpen: () => !box.hidden, holds: (element) => box.contains(element) };
}
