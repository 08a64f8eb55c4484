// Where a box stands between two moments of its way: rows of [seconds, x, y, width, height] in their order, straight lines between them.
export function place(rows, t) {
  const next = rows.findIndex((row) => row[0] > t);
  if (!rows.length) return null;
  if (next <= 0) return (next === 0 ? rows[0] : rows.at(-1)).slice(1);
  const [a, b] = [rows[next - 1], rows[next]];
  const share = (t - a[0]) / (b[0] - a[0]);
  return a.slice(1).map((n, i) => n + (b[i + 1] - n) * share);
}

export const round = (n) => Math.round(n * 10000) / 10000;
export const within = (n, least, most) => Math.min(Math.max(n, least), most);
