/** Content codings that this engine can send, by their registered names (RFC 9110 section 8.4.1, RFC 8878, RFC 7932). */
export type ContentCoding = "br" | "zstd" | "gzip";

/** One member of a quality list such as `gzip;q=0.8`; the name is lower-case. */
interface Weighted {
  readonly name: string;
  readonly q: number;
}

/** Browsers send a handful of different values; a client that varies its own costs itself a parse and no memory. */
const memoSize = 64;
const memoisedLength = 256;
/** Nobody honest lists more, and a flood must not cost more. */
const maxMembers = 32;

/**
 * The coding for a response, by `Accept-Encoding` (RFC 9110 section 12.5.3): the highest quality wins, the order of `offered` decides ties.
 *
 * @param offered the codings at hand, the server's favourite first.
 * @returns undefined for a response that is not encoded: without the header, when no offered coding is acceptable, or when `identity`
 * is named with a higher quality.
 * @example negotiateEncoding("gzip, br;q=0.9", ["br", "gzip"]) // "gzip"
 */
export const negotiateEncoding = (header: string | undefined, offered: readonly ContentCoding[]): ContentCoding | undefined => {
  if (header === undefined || header === "") return undefined;
  const accepted = acceptedEncodings(header);
  let best: ContentCoding | undefined;
  // An identity that is not named is acceptable, but any named coding is liked better.
  let bestQuality = accepted.identity ?? 0;
  for (const coding of offered) {
    const quality = accepted[coding];
    if (quality > bestQuality || (best === undefined && quality > 0 && quality === bestQuality)) {
      best = coding;
      bestQuality = quality;
    }
  }
  return best;
};

/**
 * Whether a client would rather have JSON than HTML, by `Accept` (RFC 9110 section 12.5.1). JSON must be named (`application/json`, any
 * `application/...+json`, or `application/*`): a client that takes anything gets HTML.
 *
 * @example prefersJson("application/json, text/plain, *\/*") // true
 * @example prefersJson("text/html, application/json;q=0.9") // false
 */
export const prefersJson = (header: string | undefined): boolean =>
  header !== undefined && header.length >= shortestJson && remembered(jsonMemo, header, wantsJson);

interface AcceptedEncodings extends Readonly<Record<ContentCoding, number>> {
  /** Undefined when the client does not speak of it. */
  readonly identity: number | undefined;
}

const shortestJson = "application/*".length;
const encodingMemo = new Map<string, AcceptedEncodings>();
const jsonMemo = new Map<string, boolean>();

const remembered = <T>(memo: Map<string, T>, header: string, read: (header: string) => T): T => {
  const known = memo.get(header);
  if (known !== undefined) return known;
  const value = read(header);
  if (header.length <= memoisedLength) {
    if (memo.size >= memoSize) memo.clear();
    memo.set(header, value);
  }
  return value;
};

const acceptedEncodings = (header: string): AcceptedEncodings => remembered(encodingMemo, header, readEncodings);

const readEncodings = (header: string): AcceptedEncodings => {
  const list = weightedList(header);
  const quality = (name: string): number | undefined => list.find((member) => member.name === name)?.q;
  const others = quality("*");
  return {
    br: quality("br") ?? others ?? 0,
    zstd: quality("zstd") ?? others ?? 0,
    gzip: quality("gzip") ?? quality("x-gzip") ?? others ?? 0,
    identity: quality("identity"),
  };
};

const wantsJson = (header: string): boolean => {
  const list = weightedList(header);
  const json =
    firstOf(list, (name) => name === "application/json" || jsonSuffix.test(name)) ?? firstOf(list, (name) => name === "application/*");
  if (!json || json.q === 0) return false;
  const html = firstOf(list, (name) => name === "text/html") ?? firstOf(list, (name) => name === "text/*");
  if (!html) return json.q >= (firstOf(list, (name) => name === "*/*")?.q ?? 0);
  return json.q === html.q ? list.indexOf(json) < list.indexOf(html) : json.q > html.q;
};

const jsonSuffix = /^application\/[\w.-]+\+json$/;

const firstOf = (list: readonly Weighted[], matches: (name: string) => boolean): Weighted | undefined =>
  list.find(({ name }) => matches(name));

/** The members of a list in their order. Those whose quality is no number from 0 to 1 count as not sent. */
const weightedList = (header: string): Weighted[] => {
  const list: Weighted[] = [];
  for (const member of header.split(",", maxMembers)) {
    const [name, ...parameters] = member.split(";", maxMembers);
    const weight = parameters.map((parameter) => parameter.trim()).find((parameter) => /^q\s*=/i.test(parameter));
    const q = weight === undefined ? 1 : qualityOf(weight.slice(weight.indexOf("=") + 1).trim());
    const trimmed = name!.trim().toLowerCase();
    if (trimmed !== "" && q !== undefined) list.push({ name: trimmed, q });
  }
  return list;
};

const qualityOf = (text: string): number | undefined => (/^(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)$/.test(text) ? Number(text) : undefined);
