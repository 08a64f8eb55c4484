// <form data-behaviour="confirm" data-confirm="Cancel this pledge?">: asks before it sends. Words of the buttons come from
// the page's <template id="confirm">, so they are in the reader's language.
export default function confirmFirst(form) {
  let sure = false;
  form.addEventListener("submit", (event) => {
    if (sure) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form.dataset.confirm, event.submitter).then((yes) => {
      if (!yes) return;
      sure = true;
      form.requestSubmit(event.submitter);
      sure = false;
    });
  });
}

function ask(question, submitter) {
  const dialog = document.getElementById("confirm").content.firstElementChild.cloneNode(true);
  const yes = dialog.querySelector("[value=yes]");
  dialog.querySelector("p").textContent = question;
  if (submitter?.textContent.trim()) yes.textContent = submitter.textContent.trim();
  if (submitter?.classList.contains("button--danger")) yes.classList.replace("button--go", "button--danger");
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      submitter?.focus();
      resolve(dialog.returnValue === "yes");
    });
  });
}
