/** A header value taken apart: what stands before the first semicolon, and the attributes behind it, by lower-case name. */
export type HeaderValue = readonly [value: string, attributes: Readonly<Record<string, string>>];

/**
 * Takes `text/html; charset="utf-8"` apart. Quoted attribute values lose their quotes and escapes; attributes after a broken one are not read.
 *
 * @example parseHeaderValue("form-data; name=\"a;b\"") // ["form-data", { name: "a;b" }]
 */
export const parseHeaderValue = (header: string): HeaderValue => {
  const end = header.indexOf(";");
  const value = (end < 0 ? header : header.slice(0, end)).trim();
  const attributes = Object.create(null) as Record<string, string>;
  const attribute = /\s*;\s*([^\s=;"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*)))?\s*(?=;|$)/gy;
  attribute.lastIndex = end < 0 ? header.length : end;
  for (let match = attribute.exec(header); match; match = attribute.exec(header)) {
    attributes[match[1]!.toLowerCase()] ??= match[2]?.replace(/\\(.)/g, "$1") ?? match[3]?.trim() ?? "";
  }
  return [value, attributes];
};
