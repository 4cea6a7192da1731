import { Readable } from "node:stream";
import { bodyLimit, hasBody, type NodeRequest } from "@skitai/reactor";
import { readFields, type Args } from "../args/fields.ts";
import { readJson } from "../args/json.ts";
import { isJson, mergeArgs } from "../args/merge.ts";
import { SaddleError } from "../errors.ts";
import type { Route } from "../routing/route.ts";
import { argsSlot, bodySlot, routeSlot, type HandledWas } from "../was/slots.ts";
import { limitedBody } from "./body-stream.ts";
import { RequestHeaders } from "./request-headers.ts";
import { splitUri, type SplitUri } from "./split-uri.ts";

/** What a route demands, as `was.request.routable` tells it. */
export interface Routable {
  /** Undefined for any. */
  readonly methods: readonly string[] | undefined;
  readonly contentTypes: readonly string[] | undefined;
  /** Names of positional arguments, in order. */
  readonly args: readonly string[];
  /** Names of the rule's parameters, in order. */
  readonly urlargs: readonly string[];
}

const none = Buffer.alloc(0);

/** `was.request`: the request as the client sent it, taken apart on demand. */
export class SaddleRequest extends RequestHeaders {
  readonly #was: HandledWas;
  /** When this object was made, in milliseconds since 1970. */
  readonly created: number = Date.now();
  #json: { readonly value: unknown } | undefined;
  #form: Args | undefined;
  #stream: Readable | undefined;

  constructor(was: HandledWas) {
    super(was.req);
    this.#was = was;
  }

  get #req(): NodeRequest {
    return this.#was.req;
  }

  /** Upper-case: `"GET"`. */
  get method(): string {
    return this.#req.method!;
  }

  /** Lower-case: `"get"`. */
  get command(): string {
    return this.method.toLowerCase();
  }

  /** Path and query as they were sent. */
  get uri(): string {
    return this.#req.url!;
  }

  /** `"1.0"`, `"1.1"` or `"2.0"`. */
  get version(): string {
    return this.#req.httpVersion;
  }

  get scheme(): "http" | "https" {
    return this.#was.scheme;
  }

  /** Host and port that the client asked for. */
  get host(): string {
    return this.#was.host;
  }

  get gtxid(): string {
    return this.#was.gtxid;
  }

  get ltxid(): number {
    return this.#was.ltxid;
  }

  /**
   * The collected body; empty when there is none, and for GET, whose bodies mean nothing.
   *
   * @throws SKITAI_SADDLE_BODY_NOT_COLLECTED
   */
  get body(): Buffer {
    const body = this.#was[bodySlot];
    if (body !== undefined) return body;
    const route = this.#was[routeSlot];
    if (this.method === "GET" || this.method === "HEAD" || !hasBody(this.#req)) return none;
    const hint = route?.streams
      ? `the route ${route.rule.text} has the option body: "stream".`
      : "a form longer than app.config.maxCacheSize is not.";
    throw new SaddleError("SKITAI_SADDLE_BODY_NOT_COLLECTED", { hint });
  }

  /** The same as {@link body}. */
  get payload(): Buffer {
    return this.body;
  }

  /**
   * The body as it arrives, up to the app's size limit: reading it fails with status 413 beyond. For routes with `body: "stream"`; of others it
   * gives what was collected.
   */
  get stream(): Readable {
    const collected = this.#was[bodySlot];
    return (this.#stream ??= collected ? Readable.from([collected]) : limitedBody(this.#was, bodyLimit(this.#was)));
  }

  /**
   * Arguments of path, query and body merged, in this order; a name that occurs several times has a list. Where a route declares its
   * arguments, they are here as the handler gets them.
   *
   * @throws SKITAI_SADDLE_TOO_MANY_FIELDS, SKITAI_SADDLE_BAD_JSON (400)
   */
  get args(): Args {
    return (this.#was[argsSlot] ??= mergeArgs(this.#was, true));
  }

  /** The handler of the route; undefined where none was found. */
  get routed(): Route["handler"] | undefined {
    return this.#was[routeSlot]?.handler;
  }

  /** The same as {@link routed}. */
  get routedFunction(): Route["handler"] | undefined {
    return this.routed;
  }

  /** What the route demands; undefined where none was found. */
  get routable(): Routable | undefined {
    const route = this.#was[routeSlot];
    return route && { methods: route.methods, contentTypes: route.contentTypes, args: route.positional, urlargs: route.pathNames };
  }

  splitUri(): SplitUri {
    return splitUri(this.uri);
  }

  /** The body as text, in the charset that its `Content-Type` names or else UTF-8. */
  text(): string {
    const charset = this.getCharset();
    if (charset === undefined || /^utf-?8$/i.test(charset)) return this.body.toString("utf8");
    try {
      return new TextDecoder(charset).decode(this.body);
    } catch {
      return this.body.toString("utf8");
    }
  }

  /** The body parsed as JSON, whatever its type. @throws SKITAI_SADDLE_BAD_JSON (400) */
  json(): unknown {
    this.#json ??= { value: readJson(this.text()) };
    return this.#json.value;
  }

  /** The fields of a form (`application/x-www-form-urlencoded`); null for any other body. */
  form(): Args | null {
    if (this.getContentType() !== "application/x-www-form-urlencoded") return null;
    return (this.#form ??= readFields(this.text()));
  }

  /** The body as an object: of a JSON body what it holds, of a form its fields; null for any other. @throws SKITAI_SADDLE_BAD_JSON (400) */
  dict(): unknown {
    const type = this.getContentType();
    return type !== undefined && isJson(type) && this.body.length > 0 ? this.json() : this.form();
  }

  getBody(): Buffer {
    return this.body;
  }

  getScheme(): "http" | "https" {
    return this.scheme;
  }

  /** The client's address; behind trusted proxies the one that they name. */
  getRemoteAddr(): string {
    return this.#was.remoteAddress;
  }
}
