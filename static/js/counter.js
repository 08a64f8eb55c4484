// <span data-behaviour="counter" data-for="story" data-max="5000">: how many characters are left.
export default function counter(output) {
  const field = document.getElementById(output.dataset.for);
  const most = Number(output.dataset.max);
  const count = () => {
    const left = most - [...field.value].length;
    output.textContent = new Intl.NumberFormat(document.documentElement.lang).format(left);
    output.classList.toggle("is-near", left <= most * 0.1 && left >= 0);
    output.classList.toggle("is-over", left < 0);
  };
  field.addEventListener("input", count);
  count();
}
