/**
 * What keeps one value of a log from passing for another, or for a line of its own. Values come from clients: whatever is not a printable
 * ASCII character becomes `\xHH` (a byte, as Node hands header bytes on) or `\uHHHH`, and so do quotes and backslashes, which means that a
 * quote in a line always is one that the log wrote.
 */

/** A value without quotes: blanks are escaped too. `-` when there is none. */
export const bareField = (value: string | undefined): string => {
  if (value === undefined || value === "") return "-";
  return unsafeBare.test(value) ? value.replace(unsafeBareAll, escapeUnit) : value;
};

/** A value in double quotes. `-` without quotes when there is none. */
export const quotedField = (value: string | undefined): string => {
  if (value === undefined || value === "") return "-";
  return `"${unsafeQuoted.test(value) ? value.replace(unsafeQuotedAll, escapeUnit) : value}"`;
};

/** A JSON string of ASCII characters alone. `null` when there is none. */
export const jsonField = (value: string | undefined): string => {
  if (value === undefined || value === "") return "null";
  return unsafeQuoted.test(value) ? JSON.stringify(value).replace(notAsciiAll, unicodeEscape) : `"${value}"`;
};

/**
 * The text of a message: rows after the first are indented by two blanks, other control characters but the tab become `\xHH`, so that
 * nothing in it looks like the head of a line or steers a terminal.
 */
export const messageRows = (message: string): string =>
  message.replace(/\r?\n$/, "").replace(/\r\n|[\p{Cc}\p{Zl}\p{Zp}]/gu, (found) => {
    if (found === "\n" || found === "\r\n") return "\n  ";
    return found === "\t" ? found : escapeUnit(found);
  });

/** A word of the `[type:ident]` tag. */
export const tagWord = (word: string): string => word.replace(/[\p{Cc}\p{Zl}\p{Zp}[\]]/gu, escapeUnit);

// The classes are written from "!" to "~" around the quote and the backslash.
const unsafeBare = /[^!#-[\]-~]/;
const unsafeBareAll = /[^!#-[\]-~]/g;
const unsafeQuoted = /[^ !#-[\]-~]/;
const unsafeQuotedAll = /[^ !#-[\]-~]/g;
const notAsciiAll = /[^ -~]/g;

const escapeUnit = (unit: string): string => {
  const code = unit.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(unit);
};

const unicodeEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
