// <form data-behaviour="price-sum" data-currency data-fee>: what the chosen prices come to, with the fee of each place.
export default function priceSum(form) {
  const output = form.querySelector("[data-sum]");
  const total = form.querySelector("[data-total]");
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
  const unit = 10 ** format.resolvedOptions().maximumFractionDigits;

  const sum = () => {
    let minor = 0;
    for (const field of form.querySelectorAll("[name^='price.']")) {
      minor += Number(field.dataset.minor ?? field.selectedOptions[0].dataset.minor) + Number(form.dataset.fee);
    }
    output.textContent = format.format(minor / unit);
    total.value = minor;
  };
  form.addEventListener("change", sum);
  sum();
}
