// Saved for after the credits: with an account on the site, without one in this browser.
export function savedOf(stage, cards, say) {
  const name = `saved:${stage.dataset.title}`;
  const isSignedIn = "signedIn" in stage.dataset;
  const kept = new Set(isSignedIn ? [...cards.values()].filter((card) => "saved" in card.dataset).map((card) => card.dataset.product) : read());

  function read() {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? [];
    } catch {
      return [];
    }
  }
  function paint(id) {
    const button = cards.get(id)?.querySelector(".save button");
    button?.setAttribute("aria-pressed", String(kept.has(id)));
    const keep = button?.form.elements.keep;
    if (keep) keep.value = kept.has(id) ? "no" : "yes";
  }
  async function turn(form) {
    const id = form.dataset.save;
    const isKept = !kept.has(id);
    if (isSignedIn) {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
      if (!answer?.ok) return form.submit();
    }
    if (isKept) kept.add(id);
    else kept.delete(id);
    if (!isSignedIn) {
      try {
        localStorage.setItem(name, JSON.stringify([...kept]));
      } catch {
        // a browser that keeps nothing: then until the page is left
      }
    }
    paint(id);
    say(isKept ? "saidSaved" : "saidLetGo", { name: cards.get(id).dataset.name });
  }
  for (const card of cards.values()) {
    paint(card.dataset.product);
    card.querySelector(".save").addEventListener("submit", (event) => {
      event.preventDefault();
      turn(event.target);
    });
  }
  return { all: () => [...kept].filter((id) => cards.has(id)) };
}
