// <time data-behaviour="local-time">: pages speak UTC; the reader's own time stands in the tooltip.
let format;

export default function localTime(time) {
  format ??= new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "long" });
  time.title = format.format(new Date(time.dateTime));
}
