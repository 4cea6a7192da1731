const months: Readonly<Record<string, number>> = {
  jan: 0,
  feb: 1,
  mar: 2,
  apr: 3,
  may: 4,
  jun: 5,
  jul: 6,
  aug: 7,
  sep: 8,
  oct: 9,
  nov: 10,
  dec: 11,
};

const imfFixdate = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) gmt$/i;
const rfc850 = /^\w{6,9}, (\d{2})-(\w{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) gmt$/i;
const asctime = /^\w{3} (\w{3}) ([\d ]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i;

/**
 * Milliseconds since 1970 of a date in one of the three forms of RFC 9110 section 5.6.7; undefined for anything else, which `Date.parse` often
 * takes for a date (`"0"` would be the year 2000).
 *
 * @example parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT") // 784111777000
 */
export const parseHttpDate = (text: string, now: number = Date.now()): number | undefined => {
  let match = imfFixdate.exec(text);
  if (match) return at(Number(match[3]), match[2]!, match[1]!, match.slice(4, 7));
  match = rfc850.exec(text);
  if (match) return at(fullYear(Number(match[3]), now), match[2]!, match[1]!, match.slice(4, 7));
  match = asctime.exec(text);
  return match ? at(Number(match[6]), match[1]!, match[2]!, match.slice(3, 6)) : undefined;
};

/** A date as it is sent. @example httpDate(784111777000) // "Sun, 06 Nov 1994 08:49:37 GMT" */
export const httpDate = (time: number): string => new Date(time).toUTCString();

const at = (year: number, monthName: string, day: string, clock: readonly string[]): number | undefined => {
  const month = months[monthName.toLowerCase()];
  const [hours, minutes, seconds] = clock.map(Number) as [number, number, number];
  // 60 is a leap second.
  if (month === undefined || Number(day) < 1 || Number(day) > 31 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  return Date.UTC(year, month, Number(day), hours, minutes, seconds);
};

/** Two digits that seem more than 50 years ahead are of the century before. */
const fullYear = (twoDigits: number, now: number): number => {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
};
