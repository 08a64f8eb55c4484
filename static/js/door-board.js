// What stands on the screen: the answer, large; the last scans; how many are in; whether there is a connection.
const LATEST = 12;

export function boardOf(root) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const answer = part("answer");
  const words = new Map([...part("verdicts").content.querySelectorAll("[data-verdict]")].map((one) => [one.dataset.verdict, one]));
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const hour = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: root.dataset.zone,
  });
  const put = (name, text) => (part(name).textContent = text);

  // found: {verdict, entered, place, first_at, first_gate, sentence?}. Gives the tone.
  const show = (found) => {
    const otherwise = found.entered && found.verdict !== "admitted";
    const word = words.get(otherwise ? (found.verdict === "already_used" ? "again" : "all_the_same") : found.verdict);
    const { tone, sign, word: large } = word.dataset;
    answer.dataset.tone = tone;
    answer.classList.remove("is-new");
    requestAnimationFrame(() => answer.classList.add("is-new"));
    put("sign", sign);
    put("word", large);
    put("place", found.place ?? "");
    put("sentence", found.sentence ?? word.textContent);
    const first = found.first_at && !found.entered ? part("first").dataset.words : "";
    put("first", first.replace("{time}", () => hour.format(new Date(found.first_at))).replace("{gate}", () => found.first_gate ?? ""));
    answer.scrollIntoView({ block: "nearest" });
    log(tone, sign, large, found.place ?? "", found.at);
    return tone;
  };

  const log = (tone, sign, large, place, at) => {
    const line = document.createElement("li");
    line.dataset.tone = tone;
    for (const [tag, text, style] of [["span", sign, "door__mark"], ["strong", large, ""], ["span", place, ""], ["span", hour.format(at), "tiny muted"]]) {
      const cell = document.createElement(tag);
      cell.textContent = text;
      if (style) cell.className = style;
      line.append(cell);
    }
    line.firstChild.setAttribute("aria-hidden", "true");
    const latest = part("latest");
    latest.querySelector("[data-empty]")?.remove();
    latest.prepend(line);
    while (latest.children.length > LATEST) latest.lastChild.remove();
  };

  return {
    show,
    counts: (admitted, sold) => (put("admitted", number.format(admitted)), put("sold", number.format(sold))),
    line: (state, waiting) => {
      const line = part("line");
      if (line.dataset.state !== state) put("line-words", line.dataset[state]);
      line.dataset.state = state;
      put("line-waiting", waiting ? line.dataset.waiting.replace("{num}", number.format(waiting)) : "");
    },
  };
}
