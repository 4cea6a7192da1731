import { negotiateEncoding, type ContentCoding } from "../http/accept.ts";
import type { FlatHeaders } from "../http/types.ts";
import type { Was } from "../was/was.ts";
import { retractHeader } from "./head.ts";
import { dropHeader, headerOf, replaceHeader, varyWith } from "./headers.ts";

/** Bodies up to this many bytes are compressed in one go, larger ones piece by piece. */
export const oneShotLimit = 1_048_576;

/** The preferred one first among those that a client likes equally. */
const offered: readonly ContentCoding[] = ["br", "zstd", "gzip"];

/** Types that shrink. An event stream does too, but proxies and browsers expect its pieces as they are. */
const compressible =
  /^(?:text\/(?!event-stream)[^;]+|[^;]+\+(?:json|xml|text)|application\/(?:json|javascript|ecmascript|x-javascript|xml|x-ndjson|ndjson|jsonl|graphql|rtf|sql|wasm|yaml|toml|x-www-form-urlencoded|vnd\.ms-fontobject)|image\/(?:bmp|x-icon|vnd\.microsoft\.icon)|font\/(?:otf|ttf|collection)|model\/gltf-binary)\s*(?:;|$)/i;

/**
 * The content coding for a response that is long enough, by the client's `Accept-Encoding`; undefined for none.
 * Where another client might get another one, it adds `Vary: Accept-Encoding` to the headers (RFC 9110 section 12.5.5).
 */
export const codingFor = (was: Was, status: number, headers: FlatHeaders): ContentCoding | undefined => {
  const type = present(was, headers, "content-type");
  if (status === 206 || type === undefined || !compressible.test(type)) return undefined;
  if (present(was, headers, "content-encoding") !== undefined || present(was, headers, "content-range") !== undefined) return undefined;
  if (/(?:^|[\s,])no-transform(?:$|[\s,])/i.test(present(was, headers, "cache-control") ?? "")) return undefined;
  replaceHeader(headers, "Vary", varyWith(headerOf(headers, "vary"), "Accept-Encoding"));
  const accepted = was.req.headers["accept-encoding"];
  return negotiateEncoding(Array.isArray(accepted) ? accepted.join(",") : accepted, offered);
};

/** Makes the headers those of the compressed form: it is another representation, of unknown length, and its ETag is weak (RFC 9110 section 8.8.1). */
export const markCompressed = (was: Was, headers: FlatHeaders, coding: ContentCoding): void => {
  replaceHeader(headers, "Content-Encoding", coding);
  for (const name of ["content-length", "accept-ranges"]) {
    dropHeader(headers, name);
    retractHeader(was.res, name);
  }
  const etag = present(was, headers, "etag");
  if (etag?.startsWith('"')) replaceHeader(headers, "ETag", `W/${etag}`);
};

/** A header of the response, given now or set before by a server or middleware in front. */
const present = (was: Was, headers: FlatHeaders, name: string): string | undefined =>
  headerOf(headers, name) ?? was.res.getHeader(name)?.toString();
