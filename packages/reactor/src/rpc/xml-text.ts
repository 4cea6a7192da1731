import { reasonOf } from "../errors.ts";
import { unreadable } from "./message-error.ts";

/**
 * The text of an XML document: a byte order mark decides its encoding, else the charset of its content type, else its own declaration, else it is UTF-8
 * (RFC 7303, section 3).
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE for an unknown encoding, or bytes that are not of it.
 */
export const decodeXml = (bytes: Uint8Array, contentType = ""): string => {
  const encoding = markOf(bytes) ?? charsetOf(contentType) ?? declared(bytes) ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable("XML-RPC", reasonOf(error), error);
  }
};

const markOf = ([first, second, third]: Uint8Array): string | undefined => {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
};

const charsetOf = (contentType: string): string | undefined => /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1];

const declared = (bytes: Uint8Array): string | undefined =>
  /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(Buffer.from(bytes.subarray(0, 200)).toString("latin1"))?.[1];

/** What XML 1.0 has no way to say, not even as a reference: control characters, halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- These are the very characters that must not be sent.
const unsayable = /[\0-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

export const isSayable = (text: string): boolean => text.search(unsayable) < 0 && text.isWellFormed();

/** Text for people, with a mark in the place of what XML cannot say. */
export const sayable = (text: string): string => text.toWellFormed().replace(unsayable, "\uFFFD");

const references: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

/** Text as the content of an element. A carriage return would be read as a line feed. */
export const escapeXml = (text: string): string => text.replace(/[&<>\r]/g, (character) => references[character]!);
