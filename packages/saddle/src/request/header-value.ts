/** A header value taken apart: what stands before the first semicolon, and the attributes behind it, by lower-case name. */
export type HeaderValue = readonly [value: string, attributes: Readonly<Record<string, string>>];

/**
 * Takes `text/html; charset="utf-8"` apart. Quoted attribute values lose their quotes and escapes; attributes after a broken one are not read.
 *
 * @example parseHeaderValue("form-data; name=\"a;b\"") // ["form-data", { name: "a;b" }]
 */
export const parseHeaderValue = (header: string): HeaderValue => {
  const [value = "", ...parts] = splitOutsideQuotes(header);
  const attributes = Object.create(null) as Record<string, string>;
  for (const part of parts) {
    const equals = part.indexOf("=");
    const name = (equals < 0 ? part : part.slice(0, equals)).trim();
    const text = equals < 0 ? "" : unquoted(part.slice(equals + 1).trim());
    if (text === undefined || !/^[^\s"]+$/.test(name)) break;
    attributes[name.toLowerCase()] ??= text;
  }
  return [value.trim(), attributes];
};

/** Cut at semicolons, in one pass: clients choose the length. */
const splitOutsideQuotes = (header: string): string[] => {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < header.length; at++) {
    const character = header[at];
    if (character === '"') quoted = !quoted && parts.length > 0;
    else if (character === "\\" && quoted) at++;
    else if (character === ";" && !quoted) {
      parts.push(header.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, header.slice(start)];
};

/** The text of an attribute; undefined when its quotes are broken. */
const unquoted = (text: string): string | undefined => {
  if (!text.includes('"')) return text;
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, "$1") : undefined;
};
