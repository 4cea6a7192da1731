import type { FlatHeaders, Was } from "@skitai/reactor";
import { dropHeader, headerOf } from "@skitai/reactor/framework";
import { Answer, parseStatus, statusText, ThrownAnswer, type Status, type StatusLine } from "./answer.ts";
import { faultOf } from "./api.ts";
import { Callable } from "./callable.ts";
import { attachment, FileBody } from "./file-body.ts";
import { addHeader, addHeaders, type HeadersLike } from "./headers.ts";
import { hint } from "./hint.ts";

// The call signature is what Callable makes.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface SaddleResponse {
  /**
   * Makes an answer to return. Without a body it is the error page of that status, whatever the status.
   *
   * @param status by default what {@link SaddleResponse.setStatus} said, or 200.
   * @example return was.response("404 Not Found", was.render("lost.html"));
   */
  (status?: Status, body?: unknown, headers?: HeadersLike): Answer;
}

const ok: StatusLine = { code: 200, phrase: undefined };

/** `was.response`: status and headers of the answer to this request, and ways to make one. */
export class SaddleResponse extends Callable {
  readonly #was: Was;
  readonly #headers: FlatHeaders = [];
  #status: StatusLine = ok;

  constructor(was: Was) {
    super((status?: Status, body?: unknown, headers?: HeadersLike) => new Answer(status, body, headers));
    this.#was = was;
  }

  /** Adds a header to the answer; one that may occur only once, such as `Content-Type`, replaces its predecessor. */
  setHeader(name: string, value: string | number): this {
    addHeader(this.#headers, name, String(value));
    return this;
  }

  /** Adds several headers, as {@link setHeader}. */
  setHeaders(headers: HeadersLike): this {
    addHeaders(this.#headers, headers);
    return this;
  }

  /** Gives a header one value, whatever it had. */
  update(name: string, value: string | number): this {
    dropHeader(this.#headers, name.toLowerCase());
    this.#headers.push(name, String(value));
    return this;
  }

  /** The first value of a header, in any case of its name. */
  getHeader(name: string): string | undefined {
    return headerOf(this.#headers, name.toLowerCase());
  }

  /** Headers set so far, in their order. */
  getHeaders(): [name: string, value: string][] {
    return Array.from({ length: this.#headers.length / 2 }, (_, at) => [this.#headers[at * 2]!, this.#headers[at * 2 + 1]!]);
  }

  /** Removes a header, all lines of it. */
  delHeader(name: string): this {
    dropHeader(this.#headers, name.toLowerCase());
    return this;
  }

  /** @throws SKITAI_SADDLE_BAD_STATUS */
  setStatus(status: Status): this {
    this.#status = parseStatus(status);
    return this;
  }

  /** As in `"200 OK"`. */
  getStatus(): string {
    return statusText(this.#status);
  }

  /** Lets clients and caches keep the answer. @param maxAge seconds; 0 for not at all. */
  setCache(maxAge: number): this {
    return this.update("Cache-Control", `max-age=${maxAge}`).update("Expires", new Date(Date.now() + maxAge * 1000).toUTCString());
  }

  /**
   * A file; 404 when it does not exist. Clients get the part that they ask for (`Range`), and nothing when they have it already (304).
   *
   * @param filename offers it as a download of this name.
   */
  file(path: string, mimetype = "application/octet-stream", filename?: string): Answer {
    const headers: Record<string, string> = { "Content-Type": mimetype };
    if (filename !== undefined) headers["Content-Disposition"] = attachment(filename);
    return new Answer(undefined, new FileBody(path), headers);
  }

  /** JSON for a program; `{}` without data. */
  api(data: object = {}): Answer {
    return json(data);
  }

  /**
   * JSON that tells a program what is wrong: `{ code, message, debug, more_info, traceback }`, the last three where they are given.
   *
   * @param error what was thrown: its calls are told to the client, also where the app does not run with `debug`.
   */
  fault(message: string, code = 20000, debug?: string, moreInfo?: string, error?: unknown): Answer {
    return json(faultOf(message, code, { debug, moreInfo, error }));
  }

  /** {@link api} with a status of 2xx, else {@link fault}; the further arguments are theirs. */
  forApi(status: Status, ...args: unknown[]): Answer {
    const { code } = parseStatus(status);
    const body = code < 300 ? this.api(...(args as [])) : this.fault(...(args as [string]));
    return new Answer(status, body);
  }

  /** {@link fault} for what was thrown, with status 200. */
  traceback(error: unknown, message?: string, code = 10001, debug = "see traceback", moreInfo?: string): Answer {
    return this.fault(message ?? (error instanceof Error ? error.message : String(error)), code, debug, moreInfo, error);
  }

  /** Ends the handling of the request here, with the error page of a status or the body given. It is no failure: `failedRequest` does not run. */
  throw(status: Status, body?: unknown, headers?: HeadersLike): never {
    throw new ThrownAnswer(new Answer(status, body, headers));
  }

  /**
   * Tells the client, before the answer, of something that it will need: by server push where HTTP/2 clients take it, else by
   * `103 Early Hints` (RFC 8297) with a preload link.
   *
   * @param uri a path of this server with its query, or a URL.
   */
  hintPromise(uri: string): this {
    hint(this.#was, uri);
    return this;
  }

  /** @internal Status and headers as they stand. */
  get pending(): { readonly status: StatusLine; readonly headers: FlatHeaders } {
    return { status: this.#status, headers: this.#headers };
  }
}

const json = (data: unknown): Answer => new Answer(undefined, JSON.stringify(data), { "Content-Type": "application/json" });
