/** Writes a moment (milliseconds since the epoch) as text. */
export type Timestamp = (now: number) => string;

/**
 * Makes a writer of `YYYY.MM.DD HH:MM:SS` in local time. It keeps the text of the last second, so that a busy log formats one date per second.
 *
 * @example makeTimestamp()(Date.now()) // "2026.11.20 20:27:32"
 */
export const makeTimestamp = (): Timestamp => {
  let second = Number.NaN;
  let text = "";
  return (now) => {
    const current = Math.floor(now / 1000);
    if (current === second) return text;
    second = current;
    text = localTime(new Date(now));
    return text;
  };
};

/** Local `YYYYMMDD` and `HHMMSS`, for file names. */
export const fileStamp = (now: number): { day: string; time: string } => {
  const [day = "", time = ""] = localTime(new Date(now)).replace(/[.:]/g, "").split(" ");
  return { day, time };
};

const localTime = (date: Date): string =>
  `${String(date.getFullYear()).padStart(4, "0")}.${two(date.getMonth() + 1)}.${two(date.getDate())} ` +
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
