// <form data-behaviour="again" data-seconds="2">: it sends itself after that time, and a little more, so that not all come at once.
const SPREAD_MS = 3000;

export default function again(form) {
  const wait = Number(form.dataset.seconds) * 1000 + Math.random() * SPREAD_MS;
  const timer = setTimeout(() => form.requestSubmit(), wait);
  form.addEventListener("submit", () => clearTimeout(timer));
}
