// A form is sent once however often it is pressed. The server would refuse the second by its key; this spares the wait.
const PATIENCE_MS = 20_000;

export default function submitOnce(form) {
  const buttons = () => form.querySelectorAll("button:not([type=button])");
  const release = () => {
    delete form.dataset.sent;
    for (const button of buttons()) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    // Later than this event: a disabled button's own name and value would not be sent, and `confirm` may still say no.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.sent = "yes";
      for (const button of buttons()) button.disabled = true;
      event.submitter?.setAttribute("aria-busy", "true");
      setTimeout(release, PATIENCE_MS);
    });
  });
  window.addEventListener("pageshow", release);
}
