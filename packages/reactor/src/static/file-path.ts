/**
 * The path of a URL as files are named: percent-decoded once, and only if nothing in it can mean another place than it seems to.
 *
 * Refused are NUL and other control characters, backslashes, encoded slashes, `//`, what is no UTF-8 (overlong forms included) or should have been
 * encoded, and what does not begin with a slash. Segments that begin with a dot, `.` and `..` among them, are left to {@link isHidden}.
 *
 * @returns undefined where the path is refused: it names no file.
 * @example decodePath("/caf%C3%A9") // "/café"
 */
export const decodePath = (raw: string): string | undefined => {
  if (plain.test(raw)) return raw.includes("//") ? undefined : raw;
  if (!encoded.test(raw) || encodedSeparator.test(raw)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  return unsafe.test(path) ? undefined : path;
};

/**
 * Whether a decoded path leads over a segment that begins with a dot below the mount point. Only `/.well-known/` at the root of a host is
 * public (RFC 8615).
 *
 * @param from the length of the mount point, which may hold what it likes.
 */
export const isHidden = (path: string, from: number): boolean =>
  path.indexOf("/.", from === 0 && path.startsWith("/.well-known/") ? 1 : from) >= 0;

/** Printable ASCII without `%` and backslash: nothing to decode, nothing to refuse but `//`. */
const plain = /^\/[!-$&-[\]-~]*$/;
/** The same with `%`. */
const encoded = /^\/[!-[\]-~]*$/;
const encodedSeparator = /%(?:2f|5c)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\u0000-\u001f\u007f]|\/\//;
