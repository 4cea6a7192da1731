import { size, waitingTime } from "@skitai/reactor";
import { Cluster } from "@skitai/reactor/upstream";
import type { Call } from "../core/call.ts";
import type { Caller } from "../core/runtime.ts";
import type { HttpAnswer } from "./answer.ts";
import { withParams } from "./form.ts";
import { addFields, type Fields } from "./fields.ts";
import { knownCodings } from "./coding.ts";
import { HttpOperation } from "./operation.ts";
import { checkHttpOptions, type HttpOptions, type QueryParams } from "./options.ts";
import { payloadOf, type Payload } from "./payload.ts";
import { proxyOf } from "./proxy.ts";
import { routeOf } from "./route.ts";
import { wholeNumber } from "./settings.ts";

/** What a protocol on top of HTTP says of a call. */
export interface HttpCallSpec<Data> {
  /** What the user called, for errors and for keeping results apart: `rpc`. */
  readonly verb: string;
  /** A URL of `http:` or `https:`, or `@alias/path`. */
  readonly url: string;
  readonly method: string;
  /** Headers of the protocol; the caller's own go before them. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | Payload | undefined;
  /** Of the body, where neither it nor the headers say it. */
  readonly contentType?: string | undefined;
  /** What is asked for. @default "*\/*" */
  readonly accept?: string | undefined;
  /** Added to the query. */
  readonly params?: QueryParams | null | undefined;
  readonly options?: HttpOptions<Data> | undefined;
  /** Makes `data` of the answer; what it throws ends the call. Not asked where the body is handed over as it arrives. */
  readonly decode: (answer: HttpAnswer) => Data;
  /** A success of a type that `accept` does not name is a failure. The same where the user's headers say `Accept`. @default false */
  readonly strict?: boolean;
  /** Follow no redirect that would make another method of this one. @default false */
  readonly keepsMethod?: boolean;
  /** @default whether the method is, by RFC 9110, section 9.2.2 */
  readonly idempotent?: boolean;
  /** What results show as their `method`. @default method */
  readonly name?: string;
}

const noOptions: HttpOptions = Object.freeze({});
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * A call by HTTP, ready to be begun: what every protocol on top of HTTP is made of.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_ALIAS_UNKNOWN, SKITAI_AQUESTS_ALIAS_KIND, SKITAI_AQUESTS_BAD_REQUEST, SKITAI_AQUESTS_BAD_OPTION
 */
export const httpCall = <Data>(caller: Caller, spec: HttpCallSpec<Data>): Call<Data> => {
  const { runtime } = caller;
  const { http } = runtime;
  const { options = noOptions, method, name = method, accept = "*/*", contentType } = spec;
  if (options !== noOptions) checkHttpOptions(spec.verb, options as HttpOptions);
  const { target, path, auth } = routeOf(runtime, spec.url, spec.verb);
  const payload = typeof spec.body === "string" || Buffer.isBuffer(spec.body) ? payloadOf(spec.body) : spec.body;
  const fields: Fields = { "user-agent": http.userAgent, accept, "accept-encoding": knownCodings };
  const type = contentType ?? payload?.type;
  if (type !== undefined) fields["content-type"] = type;
  if (spec.headers) addFields(fields, spec.headers);
  if (options.headers) addFields(fields, options.headers);
  if (options.useCache === false) fields["cache-control"] ??= "no-cache";
  const operation = new HttpOperation<Data>(
    caller,
    {
      method,
      path: withParams(withParams(path, spec.params), options.params),
      fields,
      payload,
      auth: options.auth ?? auth,
      alias: target instanceof Cluster ? target.name : undefined,
      stream: options.stream ?? false,
      keepsMethod: spec.keepsMethod ?? false,
      isStrict: spec.strict === true || fields["accept"] !== accept,
      isFresh: typeof options.useCache === "number",
      redirects: options.redirects === undefined ? http.redirects : wholeNumber("redirects", options.redirects, 0),
      maxSize: options.maxSize === undefined ? http.maxSize : size(options.maxSize, "maxSize"),
      idleTimeout: options.timeout === undefined ? runtime.timeout : waitingTime(options.timeout, "timeout"),
      insecure: options.insecure ?? http.insecure,
      proxy: options.proxy === undefined ? undefined : options.proxy === false ? null : proxyOf(options.proxy),
    },
    {
      verb: spec.verb,
      name,
      idempotent: (spec.idempotent ?? idempotentMethods.has(method)) && (payload?.repeatable ?? true),
      decode: spec.decode,
    },
  );
  return { operation, target, options };
};
