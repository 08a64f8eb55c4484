// Into the basket without leaving the film. What the site refuses, or wants to know first, is answered by its own page.
export function buying(stage, list, say, added) {
  list.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("buy" in form.dataset)) return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { accept: "text/html" } });
    } catch {
      answer = undefined;
    }
    button.removeAttribute("aria-busy");
    if (!answer?.ok || new URL(answer.url).pathname !== "/cart") return form.submit();
    say("saidAdded", { name: form.closest(".find").dataset.name });
    added();
    count(await answer.text());
  });
}

// The basket in the bar above is the one of the page that answered: it counts what was just put in, and is there from the first on.
function count(page) {
  const basket = new DOMParser().parseFromString(page, "text/html").querySelector(".bar__basket");
  if (!basket) return;
  basket.removeAttribute("aria-current");
  basket.classList.add("is-fuller");
  const before = document.querySelector(".bar__basket");
  if (before) before.replaceWith(basket);
  else document.querySelector(".bar .menu").before(basket);
}
