// <form data-behaviour="wait" data-seconds="40">: its button waits until the time is over, and says how long that is.
export default function wait(form) {
  const button = form.querySelector("button");
  const words = button.textContent;
  const over = Date.now() + Number(form.dataset.seconds) * 1000;

  const tick = () => {
    const left = Math.ceil((over - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${words} (${left})` : words;
    if (left <= 0) clearInterval(timer);
  };
  const timer = setInterval(tick, 500);
  tick();
}
