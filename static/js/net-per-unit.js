// <form data-behaviour="net-per-unit" data-royalty data-target>: who gets what of the
// price, drawn anew by the server while one types; without a script the form of the calculator does the same by its button.
const WAIT_MS = 250;

export default function netPerUnit(form) {
  const target = document.getElementById(form.dataset.target);
  const before = [...(target?.childNodes ?? [])];
  let waiting = 0;
  let asked = null;

  const query = () => {
    const typed = new FormData(form);
    const params = new URLSearchParams();
    for (const name of ["price", "currency", "royalty", "tax", "shipping", "cost"]) {
      const value = typed.get(name);
      if (value) params.set(name, value);
    }
    params.set("units", typed.has("royalty") ? typed.get("units") || "1" : "1"); // an application's units are not those of one order
    if (!params.has("royalty") && form.dataset.royalty) params.set("royalty", String(Number(form.dataset.royalty) / 100));
    return params;
  };

  const ask = async () => {
    const params = query();
    asked?.abort();
    if (!target) return;
    if (!params.has("price")) return target.replaceChildren(...before);
    asked = new AbortController();
    try {
      const answer = await fetch(`/market/calculator?${params}`, { signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = page.querySelector("[data-net-shown]");
      target.replaceChildren(...(answer.ok && shown ? [document.adoptNode(shown)] : before)); // never the shares of another price
    } catch (problem) {
      if (problem.name !== "AbortError") throw problem;
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  ask();
}
