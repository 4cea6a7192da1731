/** What the first line of a request asks for, in the forms of RFC 9112 section 3.2. */
export interface RequestTarget {
  /** Path as sent, percent-encoded letters, digits and `-._~` decoded (RFC 3986 section 6.2.2.2); `"*"` for `OPTIONS *`. */
  readonly path: string;
  /** The authority of an absolute-form target, which counts more than `Host`. */
  readonly authority: string | undefined;
  /** Path and query, as `req.url` of an origin-form request. */
  readonly url: string;
}

const absolute = /^https?:\/\/([^/?#@]+)([/?][^#]*)?$/i;

/** Takes a target apart; undefined when it has none of the forms. Ordinary paths cost a search for `?` and `%`. */
export const parseTarget = (url: string): RequestTarget | undefined => {
  if (url.charCodeAt(0) !== 47) return unusual(url);
  return { path: pathOf(url), authority: undefined, url };
};

/** The path of an origin-form target. */
export const pathOf = (url: string): string => {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  // Where a % stands for itself, decoding next to it could make a sequence that was not there.
  return path.includes("%") && !stray.test(path) ? path.replace(unreserved, decodeOne) : path;
};

const stray = /%(?![\da-f]{2})/i;

/** `%2D-%2E %30-%39 %41-%5A %5F %61-%7A %7E`, but not `%2E` where it would make a dot segment: that is left for the file and app to refuse. */
const unreserved = /%(2D|3[0-9]|4[1-9A-F]|5[0-9A]|5F|6[1-9A-F]|7[0-9A]|7E)/gi;

const decodeOne = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

const unusual = (url: string): RequestTarget | undefined => {
  if (url === "*") return { path: "*", authority: undefined, url };
  const match = absolute.exec(url);
  if (!match) return undefined;
  const rest = match[2] ?? "/";
  const relative = rest.startsWith("/") ? rest : `/${rest}`;
  return { path: pathOf(relative), authority: match[1], url: relative };
};
