import { unreadable } from "./message-error.ts";
import type { XmlRpcValue } from "./xmlrpc-value.ts";

/** More digits than any double needs when it is written without an exponent; work on text that claims to be a number stays bounded. */
const longestNumber = 1_100;

const integer = (text: string, type: string): number | bigint => {
  const digits = text.trim();
  if (digits.length > longestNumber || !/^[+-]?\d+$/.test(digits)) throw broken(text, type);
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace("+", ""));
};

const real = (text: string, type: string): number => {
  const digits = text.trim();
  if (digits.length > longestNumber) throw broken(text, type);
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(digits)) return Number(digits);
  // Not of the protocol, but what Python and Java write.
  const special = /^([+-]?)(nan|inf(?:inity)?)$/i.exec(digits);
  if (!special) throw broken(text, type);
  if (special[2]!.toLowerCase() === "nan") return Number.NaN;
  return special[1] === "-" ? -Infinity : Infinity;
};

const truths: ReadonlyMap<string, boolean> = new Map([
  ["0", false],
  ["1", true],
  ["false", false],
  ["true", true],
]);

const truth = (text: string, type: string): boolean => {
  const value = truths.get(text.trim());
  if (value === undefined) throw broken(text, type);
  return value;
};

const dateForm = /^(\d{4})-?(\d\d)-?(\d\d)T?(\d\d):?(\d\d):?(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/i;

const date = (text: string, type: string): Date => {
  const match = dateForm.exec(text.trim());
  if (!match) throw broken(text, type);
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`);
  // The 30th of February would silently be a day of March.
  const moved = offset === "Z" && hour !== "24" && time.getUTCDate() !== Number(day);
  if (Number.isNaN(time.getTime()) || moved) throw broken(text, type);
  return time;
};

const base64 = (text: string, type: string): Buffer => {
  const digits = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) throw broken(text, type);
  return Buffer.from(digits, "base64");
};

const nil = (text: string, type: string): null => {
  if (text.trim() !== "") throw broken(text, type);
  return null;
};

const readers: ReadonlyMap<string, (text: string, type: string) => XmlRpcValue> = new Map<
  string,
  (text: string, type: string) => XmlRpcValue
>([
  ["int", integer],
  ["i1", integer],
  ["i2", integer],
  ["i4", integer],
  ["i8", integer],
  ["biginteger", integer],
  ["double", real],
  ["float", real],
  ["boolean", truth],
  ["string", (text) => text],
  // No type of JavaScript holds any decimal: it stays as it is written.
  ["bigdecimal", (text) => text.trim()],
  ["dateTime.iso8601", date],
  ["dateTime", date],
  ["base64", base64],
  ["nil", nil],
]);

export const isScalar = (type: string): boolean => readers.has(type);

/** The value of an element such as `<i4>12</i4>`; types of the extensions (`ex:i8`) come without their prefix. */
export const readScalar = (type: string, text: string): XmlRpcValue => readers.get(type)!(text, type);

const broken = (text: string, type: string): Error => unreadable("XML-RPC", `${JSON.stringify(text.trim().slice(0, 40))} is no ${type}`);

/** `19980717T14:08:55`, in UTC: the protocol knows no zones and no parts of seconds. */
export const writeDate = (value: Date): string | undefined => {
  const year = value.getUTCFullYear();
  if (!(year >= 0 && year <= 9_999)) return undefined;
  return value.toISOString().slice(0, 19).replaceAll("-", "");
};

/** A double in digits alone, since the protocol knows no exponents. */
export const writeDouble = (value: number): string => {
  if (Object.is(value, -0)) return "-0.0";
  const [mantissa, exponent] = String(value).split("e") as [string, string?];
  if (exponent === undefined) return mantissa;
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(mantissa)!;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, "0")}.${digits.slice(point) || "0"}`;
};
