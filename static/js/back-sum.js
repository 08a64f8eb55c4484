// <form data-behaviour="back-sum" data-currency>: what the ticked tickets give back together.
export default function backSum(form) {
  const output = form.querySelector("[data-sum]");
  const total = form.querySelector("[data-back-total]");
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
  const unit = 10 ** format.resolvedOptions().maximumFractionDigits;

  const sum = () => {
    let minor = 0;
    for (const box of form.querySelectorAll("[data-back]:checked")) minor += Number(box.dataset.back);
    output.textContent = format.format(minor / unit);
    total.value = minor;
  };
  form.addEventListener("change", sum);
  sum();
}
