const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000_000],
  ["month", 2_628_000_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** How long ago a moment was. @example ago(Date.now() - 7_200_000) // "2 hours ago" */
export const ago = (moment: number, now: number = Date.now()): string => {
  const past = now - moment;
  const unit = units.find(([, size]) => past >= size);
  return unit === undefined ? "just now" : relative.format(-Math.floor(past / unit[1]), unit[0]);
};

/** A moment as machines read it. */
export const isoTime = (moment: number): string => new Date(moment).toISOString();

/** The site of an address, without `www`. @example hostOf("https://www.example.com/a") // "example.com" */
export const hostOf = (url: string): string => (URL.parse(url)?.host ?? url).replace(/^www\./, "");

/** `1 vote`, `2 votes`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A value of the status report as rows of a table, names joined by dots. @example rows({ a: { b: 1 } }) // [["a.b", "1"]] */
export const rows = (value: unknown, name = ""): [string, string][] => {
  if (value === null || typeof value !== "object") return [[name, String(value)]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[name, "none"]];
  return entries.flatMap(([key, item]) => rows(item, name === "" ? key : `${name}.${key}`));
};
