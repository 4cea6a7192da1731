import { reasonOf, size, waitingTime } from "@skitai/reactor";
import { writeGrpcMetadata } from "@skitai/reactor/rpc";
import { begin, beginAll } from "../core/begin.ts";
import type { Call } from "../core/call.ts";
import type { Caller } from "../core/runtime.ts";
import { makeStub } from "../core/stub.ts";
import { AquestsError } from "../errors.ts";
import { routeOf } from "../http/route.ts";
import type { Credentials } from "../http/url.ts";
import type { Sent, Untyped } from "../rpc/remote.ts";
import { GrpcOperation } from "./operation.ts";
import { checkGrpcCallOptions, checkGrpcOptions, type GrpcCallOptions, type GrpcOptions } from "./options.ts";
import type { GrpcRequest } from "./request.ts";

/** One method of a service. */
export interface GrpcFunction<Message, Answer, To extends "one" | "all"> {
  (
    message: Message,
    options: GrpcCallOptions<AsyncIterable<Item<Answer>>> & { readonly stream: true },
  ): Sent<To, AsyncIterable<Item<Answer>>>;
  (message: Message, options?: GrpcCallOptions<Answer>): Sent<To, Answer>;
}

type Item<Answer> = Answer extends readonly (infer One)[] ? One : Answer;

/** A remote service with the methods of `Methods`; a method whose answer is a stream gives an array. */
export type GrpcRemote<Methods, To extends "one" | "all" = "one"> = Methods extends Untyped
  ? { readonly [method: string]: (message?: unknown, options?: GrpcCallOptions) => Sent<To, unknown> }
  : {
      readonly [Name in keyof Methods]: Methods[Name] extends (message: infer Message) => infer Answer
        ? GrpcFunction<Message, Awaited<Answer>, To>
        : never;
    };

/** Makes the remote service at a URL. */
export interface GrpcStub<To extends "one" | "all"> {
  /** @param url `http://host:port/package.Service` (HTTP/2 without TLS), `https://...`, `@alias` or `@alias/package.Service`. */
  <Methods = Untyped>(url: string, options: GrpcOptions): GrpcRemote<Methods, To>;
}

/**
 * Calls by gRPC. A status other than OK is an answer: `data` is then a `GrpcFault`, `error` too, and `statusCode` the HTTP status that means the same.
 *
 * @example
 * const stub = was.grpc("http://127.0.0.1:5000/routeguide.RouteGuide", { proto: "route_guide.proto" });
 * (await stub.GetFeature({ latitude: 1, longitude: 2 })).data.name;
 * (await stub.RecordRoute(points)).data;                        // points: an array or an (async) iterable
 * const rs = await stub.ListFeatures(area, { stream: true });   // without it: an array
 * for await (const feature of rs.data) console.log(feature.name);
 */
export interface GrpcVerb extends GrpcStub<"one"> {
  readonly lb: GrpcStub<"one">;
  readonly map: GrpcStub<"all">;
}

/** Makes `grpc`. */
export const grpcVerb = (caller: Caller): GrpcVerb => {
  const remote =
    (start: (caller: Caller, call: Call<unknown>) => unknown) =>
    (url: string, options: GrpcOptions): unknown => {
      checkGrpcOptions(options);
      return makeStub<unknown>((name, [message, given = {}]) => {
        checkGrpcCallOptions(given as GrpcCallOptions);
        return start(caller, callOf(caller, url, name, message, { ...options, ...(given as GrpcCallOptions) }));
      });
    };
  const one = remote(begin) as GrpcStub<"one">;
  return Object.assign(remote(begin) as GrpcStub<"one">, { lb: one, map: remote(beginAll) as GrpcStub<"all"> });
};

const callOf = (caller: Caller, url: string, name: string, message: unknown, options: GrpcOptions): Call<unknown> => {
  const { runtime } = caller;
  const { target, path, auth } = routeOf(runtime, url, "grpc");
  const { proto, includeDirs, timeout, keepAlive } = options;
  const request: GrpcRequest = {
    source: includeDirs === undefined ? { proto } : { proto, includeDirs },
    ...serviceIn(path, options.service),
    name,
    message,
    metadata: metadataOf(options, auth),
    stream: options.stream ?? false,
    compress: options.compress ?? false,
    idempotent: options.idempotent ?? false,
    insecure: options.insecure ?? runtime.http.insecure,
    maxMessageSize: size(options.maxMessageSize ?? "4mb", "maxMessageSize"),
    keepAlive: keepAlive === undefined ? undefined : waitingTime(keepAlive, "keepAlive"),
    timeout: timeout === undefined ? runtime.timeout : waitingTime(timeout, "timeout"),
  };
  return { target, operation: new GrpcOperation(caller, request), options };
};

/** The service is the end of the path, unless it is said otherwise. */
const serviceIn = (path: string, given: string | undefined): { readonly service: string | undefined; readonly prefix: string } => {
  const plain = path.split("?", 1)[0]!.replace(/\/+$/, "");
  const end = plain.slice(plain.lastIndexOf("/") + 1);
  if (given !== undefined && given !== end) return { service: given, prefix: plain };
  return { service: end === "" ? undefined : end, prefix: plain.slice(0, -(end.length + 1)) };
};

const metadataOf = ({ metadata = {}, auth }: GrpcOptions, inUrl: Credentials | undefined): Record<string, string | string[]> => {
  const credentials = auth ?? inUrl;
  try {
    const headers = writeGrpcMetadata(metadata);
    if (credentials === undefined) return headers;
    const [first, password] = credentials;
    const authorization = password === undefined ? `Bearer ${first}` : `Basic ${Buffer.from(`${first}:${password}`).toString("base64")}`;
    return { authorization, ...headers };
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: reasonOf(cause) }, { cause });
  }
};
