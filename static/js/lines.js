// Lines of a form (budget, tiers) that can be added and dropped. The server sends a few spare ones, numbered by their names
// (`budget_3_name`); without a script they are simply there, with one spare ones stay folded until they are wanted.
export default function lines(list) {
  const rows = () => [...list.querySelectorAll("[data-line]")];
  const filled = (row) => [...row.querySelectorAll("input, textarea")].some((field) => (field.type === "checkbox" ? field.checked : field.value) || field.matches("[aria-invalid]"));
  const most = Number(list.dataset.most ?? Infinity);
  const add = document.querySelector(`[data-adds="${list.id}"]`);

  rows().forEach((row, index) => (row.hidden = index > 0 && !filled(row)));

  add?.addEventListener("click", () => {
    const spare = rows().find((row) => row.hidden) ?? (rows().length < most && another());
    if (!spare) return;
    spare.hidden = false;
    spare.querySelector("input, textarea").focus();
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-drop]")?.closest("[data-line]");
    if (!row) return;
    for (const field of row.querySelectorAll("input, textarea")) {
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
      field.removeAttribute("aria-invalid");
    }
    row.hidden = rows().filter((other) => !other.hidden).length > 1;
    list.dispatchEvent(new Event("input", { bubbles: true }));
    (add ?? list.querySelector("input"))?.focus();
  });

  function another() {
    const last = rows().at(-1);
    const copy = last.cloneNode(true);
    const next = Number(last.dataset.line) + 1;
    copy.dataset.line = next;
    for (const part of copy.querySelectorAll("*")) {
      for (const name of ["id", "for", "name", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace(`_${last.dataset.line}_`, `_${next}_`));
      }
      if ("value" in part) part.value = "";
    }
    last.after(copy);
    return copy;
  }
}
