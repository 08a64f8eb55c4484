// The worked example of a deal keeps up while one types; a choice that brings other fields redraws the form. Both ask the server,
// which works it out as it will when money is shared: without a script the button "Work it out" does the same.
export default function dealEditor(form) {
  let waits = 0;
  let asked = 0;

  async function work() {
    const mine = ++asked;
    const sent = new FormData(form);
    sent.set("do", "work");
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), headers: { accept: "text/html" } });
    if (mine !== asked || !answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  async function redraw(focus) {
    const page = await work();
    const fresh = page?.getElementById("deal-editor");
    if (!fresh) return;
    form.replaceChildren(...fresh.childNodes);
    document.getElementById(focus)?.focus();
  }

  async function example() {
    const page = await work();
    const fresh = page?.getElementById("deal-worked");
    if (fresh) document.getElementById("deal-worked").replaceChildren(...fresh.childNodes);
  }

  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-redraw]")) redraw(event.target.id);
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-redraw]")) return;
    clearTimeout(waits);
    waits = setTimeout(example, 350);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button || ["offer", "save"].includes(button.value)) return;
    event.preventDefault();
    const kept = document.activeElement?.id;
    const sent = new FormData(form);
    sent.set("do", button.value);
    fetch(form.action, { method: "POST", body: new URLSearchParams(sent), headers: { accept: "text/html" } })
      .then((answer) => answer.text())
      .then((text) => {
        const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("deal-editor");
        if (fresh) form.replaceChildren(...fresh.childNodes);
        if (kept) document.getElementById(kept)?.focus();
      });
  });
}
