// <form data-behaviour="tier-sum">: what is picked, times how many, plus add-ons and a bonus, as one amount while one picks.
// Prices are in data-price (minor units) on radios, on number fields, or on a hidden field where there is nothing to pick (a
// share); the server does the sum that counts.
export default function tierSum(form) {
  const output = form.querySelector("[data-sum]");
  const { currency } = form.dataset;
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const unit = 10 ** format.resolvedOptions().maximumFractionDigits;

  const sum = () => {
    const picked = form.querySelector("input[type=radio][data-price]:checked, input[type=hidden][data-price]");
    const many = Number(form.querySelector("[name=quantity]")?.value || 1);
    let minor = (Number(picked?.dataset.price) || 0) * Math.max(1, many || 1);
    for (const field of form.querySelectorAll("input[type=number][data-price]")) {
      if (field.name !== "quantity") minor += Number(field.dataset.price) * Math.max(0, Math.trunc(Number(field.value)) || 0);
    }
    const typed = (form.querySelector("[data-typed-amount]")?.value.trim() ?? "").replace(/^(\d{1,12}),(\d\d)$/, "$1.$2");
    if (/^\d{1,12}(\.\d{1,3})?$/.test(typed)) minor += Math.round(Number(typed) * unit);
    output.textContent = format.format(minor / unit);
  };
  form.addEventListener("input", sum);
  sum();
}
