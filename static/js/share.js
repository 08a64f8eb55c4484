// <button data-behaviour="share" data-url data-title>: the phone's own way to pass a page on; gone where there is none.
export default function share(button) {
  if (!navigator.share) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ title: button.dataset.title, url: button.dataset.url });
    } catch (problem) {
      if (problem.name !== "AbortError") throw problem;
    }
  });
}
