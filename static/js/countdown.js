// <p data-behaviour="countdown" data-until="2027-09-10T11:37:41Z" data-words="Kept for {left}" data-over="…">: counts by the clock of
// the server, whose time a moved sandbox clock may be: data-now says it.
export default function countdown(element) {
  const ahead = element.dataset.now ? Date.parse(element.dataset.now) - Date.now() : 0;
  const until = Date.parse(element.dataset.until);
  const [before, after] = element.dataset.words.split("{left}");
  const figure = document.createElement("strong");
  element.replaceChildren(before, figure, after);

  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now() - ahead) / 1000));
    figure.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    element.classList.toggle("is-short", left < 60);
    if (left > 0) return;
    clearInterval(timer);
    element.textContent = element.dataset.over;
    element.setAttribute("role", "alert");
  };
  const timer = setInterval(tick, 500);
  tick();
}
