// <button data-behaviour="copy-link" data-copy="https://…" data-done="Copied">: puts an address on the clipboard.
export default function copyLink(button) {
  const said = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return select(button); // no right to the clipboard: mark the address, so that it can be copied by hand
    }
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = said), 2500);
  });
}

function select(button) {
  document.getElementById(button.getAttribute("aria-controls"))?.select?.();
}
