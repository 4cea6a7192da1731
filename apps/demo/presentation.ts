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

/**
 * A value of the status report as rows of a table: names joined by dots, each member of a list in a row of its own.
 *
 * @example rows({ a: { b: 1 }, c: [{ d: 2, e: [3, 4] }] }) // [["a.b", "1"], ["c", "d 2 · e 3, 4"]]
 */
export const rows = (value: unknown, name = ""): [string, string][] => {
  if (isFlat(value)) return [[name, flat(value)]];
  if (Array.isArray(value)) return value.flatMap((item) => (isShallow(item) ? [[name, shallow(item)]] : rows(item, name)));
  return Object.entries(value as object).flatMap(([key, item]) => rows(item, name === "" ? key : `${name}.${key}`));
};

const isScalar = (value: unknown): boolean => value === null || typeof value !== "object";

/** A single value, or a list of single values. */
const isFlat = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) ? value.every(isScalar) : Object.keys(value as object).length === 0);

const isShallow = (value: unknown): value is object => typeof value === "object" && value !== null && Object.values(value).every(isFlat);

const flat = (value: unknown): string => {
  if (isScalar(value)) return value === "" ? "(empty)" : String(value);
  return Array.isArray(value) && value.length > 0 ? value.map(String).join(", ") : "none";
};

const shallow = (value: object): string =>
  Object.entries(value)
    .map(([key, item]) => `${key} ${flat(item)}`)
    .join(" · ");
