// <a data-behaviour="back">: goes back in the browser's history, where the form still holds what was typed; without it, to the page.
export default function goBack(link) {
  link.addEventListener("click", (event) => {
    if (history.length < 2) return;
    event.preventDefault();
    history.back();
  });
}
