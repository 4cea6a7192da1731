import type { IncomingHttpHeaders } from "node:http";
import type { NodeRequest } from "@skitai/reactor";
import { parseHeaderValue, type HeaderValue } from "./header-value.ts";

/** The headers of a request, and what can be read out of them. */
export class RequestHeaders {
  readonly #req: NodeRequest;

  constructor(req: NodeRequest) {
    this.#req = req;
  }

  /** Headers by lower-case name. */
  get headers(): IncomingHttpHeaders {
    return this.#req.headers;
  }

  get userAgent(): string | undefined {
    return this.headers["user-agent"];
  }

  /** A header by its name in any case, joined where there are several. @param fallback where there is none. */
  getHeader(name: string): string | undefined;
  getHeader(name: string, fallback: string): string;
  getHeader(name: string, fallback?: string): string | undefined {
    const value = this.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : (value ?? fallback);
  }

  /** All headers as pairs, in the order and case in which they came. */
  getHeaders(): [name: string, value: string][] {
    const raw = this.#req.rawHeaders;
    return Array.from({ length: raw.length / 2 }, (_, at) => [raw[at * 2]!, raw[at * 2 + 1]!]);
  }

  /**
   * What stands before the first `;` of a header, and the attributes behind it, by lower-case name.
   *
   * @example was.request.getHeaderParams("content-type") // ["text/html", { charset: "utf-8" }]
   */
  getHeaderParams(name: string): HeaderValue {
    return parseHeaderValue(this.getHeader(name, ""));
  }

  /** The same as {@link getHeaderParams}. */
  getHeaderWithAttr(name: string): HeaderValue {
    return this.getHeaderParams(name);
  }

  /** A header without its attributes. */
  getHeaderNoparam(name: string): string | undefined {
    const header = this.getHeader(name);
    return header && parseHeaderValue(header)[0];
  }

  /** An attribute of a header, such as `boundary` of `Content-Type`. */
  getAttr(header: string, attribute: string): string | undefined {
    return this.getHeaderParams(header)[1][attribute.toLowerCase()];
  }

  getUserAgent(): string | undefined {
    return this.userAgent;
  }

  /** The media type of the body, in lower case and without attributes: `"application/json"`. */
  getContentType(): string | undefined {
    return this.getHeaderNoparam("content-type")?.toLowerCase() || undefined;
  }

  /** `"application"` of `application/json`. */
  getMainType(): string | undefined {
    return this.getContentType()?.split("/")[0];
  }

  /** `"json"` of `application/json`. */
  getSubType(): string | undefined {
    return this.getContentType()?.split("/")[1];
  }

  /** The charset that `Content-Type` names. */
  getCharset(): string | undefined {
    return this.getAttr("content-type", "charset");
  }

  /** Bytes of the body by `Content-Length`; undefined where it is not told. */
  getContentLength(): number | undefined {
    const length = this.headers["content-length"];
    return length === undefined ? undefined : Number(length);
  }
}
