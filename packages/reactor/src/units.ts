import { ReactorError } from "./errors.ts";

/** Milliseconds as a number, or a string with a unit: `"500ms"`, `"2s"`, `"5m"`, `"1h"`, `"1d"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** Bytes as a number, or a string with a unit of 1024: `"64kb"`, `"16mb"`, `"2gb"`. */
export type Size = number | `${number}${"b" | "kb" | "mb" | "gb"}`;

const milliseconds: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytes: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/**
 * Milliseconds of a {@link Duration}.
 *
 * @param what names the option in the error.
 * @throws SKITAI_REACTOR_BAD_DURATION when it is neither a number >= 0 nor a number with a known unit.
 * @example duration("2s", "keepAlive") // 2000
 */
export const duration = (value: Duration, what = "The value"): number => {
  const result = parse(value, milliseconds);
  if (result === undefined) throw new ReactorError("SKITAI_REACTOR_BAD_DURATION", { what, value });
  return result;
};

/** The longest that a timer of Node can wait: about 24.8 days. A longer one would fire at once. */
const longestWait = 2 ** 31 - 1;

/** A {@link duration} that is waited for: what no timer can wait for is as long as one can. */
export const waitingTime = (value: Duration, what?: string): number => Math.min(duration(value, what), longestWait);

/**
 * Bytes of a {@link Size}.
 *
 * @throws SKITAI_REACTOR_BAD_SIZE when it is neither a number >= 0 nor a number with a known unit.
 * @example size("64kb", "maxHeaderSize") // 65536
 */
export const size = (value: Size, what = "The value"): number => {
  const result = parse(value, bytes);
  if (result === undefined) throw new ReactorError("SKITAI_REACTOR_BAD_SIZE", { what, value });
  return Math.floor(result);
};

const parse = (value: unknown, units: Record<string, number>): number | undefined => {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/i.exec(value.trim());
  const unit = match && Object.hasOwn(units, match[2]!.toLowerCase()) ? units[match[2]!.toLowerCase()] : undefined;
  return unit === undefined ? undefined : Number(match![1]) * unit;
};
