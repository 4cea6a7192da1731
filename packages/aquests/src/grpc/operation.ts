import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { reasonOf } from "@skitai/reactor";
import {
  grpcHttpStatus,
  grpcStatusName,
  writeGrpcFrame,
  writeGrpcTimeout,
  writeGzippedGrpcFrame,
  readGrpcMetadata,
} from "@skitai/reactor/rpc";
import type { Attempt } from "../core/attempt.ts";
import { identity, type Endpoint } from "../core/endpoint.ts";
import type { Operation, Reply } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import { Definitions, type GrpcMethod } from "./definitions.ts";
import { Exchange, faultOf, httpStatusOf, type GrpcEnd } from "./exchange.ts";
import { streamFault } from "./faults.ts";
import { isRepeatable, isStream } from "./messages.ts";
import type { GrpcRequest } from "./request.ts";
import { GrpcSessions } from "./sessions.ts";

const empty: Buffer = Buffer.alloc(0);
const deadlineExceeded = 4;

/** One gRPC call, to whichever server it is sent. */
export class GrpcOperation<Data> implements Operation<Data> {
  readonly method: string;
  readonly idempotent: boolean;
  readonly #caller: Caller;
  readonly #request: GrpcRequest;
  #deadline: number | undefined = undefined;
  #isConsumed = false;

  constructor(caller: Caller, request: GrpcRequest) {
    this.method = request.name;
    this.idempotent = request.idempotent && isRepeatable(request.message);
    this.#caller = caller;
    this.#request = request;
  }

  cacheKey(): string | undefined {
    const { source, service, prefix, name, message, metadata, insecure, stream } = this.#request;
    if (stream || isStream(message)) return undefined;
    // A descriptor set is long: its services are taken to be what their names say.
    const proto = source.proto instanceof Uint8Array ? undefined : source.proto;
    try {
      return JSON.stringify([proto, prefix, service, name, metadata, insecure, message], told);
    } catch {
      return undefined;
    }
  }

  urlAt({ tls, address }: Endpoint): string {
    const { prefix, service = "", name } = this.#request;
    return `${tls ? "https" : "http"}://${address}${prefix}/${service}/${name}`;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>> {
    const { pools } = this.#caller.runtime;
    const { source, service, name, timeout, insecure, message } = this.#request;
    this.#deadline ??= timeout === 0 ? Infinity : performance.now() + timeout;
    const method = await pools.get("grpc definitions", () => new Definitions()).method(source, service, name);
    const only = method.requestStream ? undefined : await this.#frameOf(method, message ?? {});
    if (method.requestStream && !isStream(message))
      throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", {
        reason: `${name} takes a stream: give it an array or an (async) iterable of messages.`,
      });
    const key = identity(`grpc ${insecure}`, endpoint);
    const sessions = pools.get(key, () => new GrpcSessions({ endpoint, insecure, tls: this.#caller.runtime.http.tls }));
    const session = await sessions.session(attempt);
    if (attempt.cancelled) throw attempt.cancelled;
    if (this.#isConsumed) throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: "its stream of messages was read already." });
    let exchange: Exchange;
    try {
      exchange = new Exchange(session, session.request(this.#headers(endpoint, method)), endpoint.address, attempt);
    } catch (error) {
      session.retire();
      throw streamFault(error, endpoint.address);
    }
    attempt.sent = true;
    attempt.stopWith((reason) => exchange.cancel(reason instanceof AquestsError ? reason : undefined));
    if (this.#request.keepAlive !== undefined) {
      const timer = session.keepAlive(this.#request.keepAlive);
      exchange.onClose(() => clearInterval(timer));
    }
    if (only) exchange.sendLast(only);
    else {
      this.#isConsumed = !isRepeatable(message);
      void exchange.sendAll(message as Iterable<unknown>, (item) => this.#frameOf(method, item));
    }
    try {
      return await this.#read(exchange, method);
    } catch (error) {
      if (sessions.isClosed) throw new AquestsError("SKITAI_AQUESTS_CLOSED", {}, { cause: error });
      throw error;
    }
  }

  #headers({ address, tls, user, password }: Endpoint, method: GrpcMethod): OutgoingHttpHeaders {
    const { prefix, metadata, compress } = this.#request;
    const rest = this.#deadline! - performance.now();
    return {
      ":method": "POST",
      ":scheme": tls ? "https" : "http",
      ":authority": address,
      ":path": prefix + method.path,
      te: "trailers",
      "content-type": "application/grpc",
      "user-agent": this.#caller.runtime.http.userAgent,
      "grpc-accept-encoding": "identity,gzip",
      ...(compress ? { "grpc-encoding": "gzip" } : {}),
      ...(rest === Infinity ? {} : { "grpc-timeout": writeGrpcTimeout(rest) }),
      ...(user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}` }),
      ...this.#caller.headers?.(),
      ...metadata,
    };
  }

  #frameOf(method: GrpcMethod, message: unknown): Buffer | Promise<Buffer> {
    let bytes: Buffer;
    try {
      if (typeof message !== "object" || message === null) throw new TypeError(`a message is an object, not ${typeof message}`);
      bytes = method.requestSerialize(message);
    } catch (cause) {
      throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: reasonOf(cause) }, { cause });
    }
    return this.#request.compress ? writeGzippedGrpcFrame(bytes) : writeGrpcFrame(bytes);
  }

  async #read(exchange: Exchange, method: GrpcMethod): Promise<Reply<Data>> {
    const headers = await exchange.headers();
    if (this.#request.stream && method.responseStream && headers["grpc-status"] === undefined && httpStatusOf(headers) === 200)
      return { ...this.#replyOf(headers, undefined, this.#deliver(exchange, headers, method), empty), untilEnd: () => exchange.untilEnd() };
    const messages: object[] = [];
    let content = empty;
    let size = 0;
    const { maxSize } = this.#caller.runtime.http;
    for await (const bytes of exchange.messages(headers, this.#request.maxMessageSize)) {
      if ((size += bytes.length) > maxSize) throw new AquestsError("SKITAI_AQUESTS_TOO_LARGE", { limit: maxSize });
      messages.push(decoded(method, bytes));
      content = bytes;
    }
    const end = await exchange.end();
    this.#checkDeadline(end);
    const fault = faultOf(end);
    if (fault) return this.#replyOf(headers, end, fault, empty);
    if (method.responseStream) return this.#replyOf(headers, end, messages, empty);
    if (messages.length === 1) return this.#replyOf(headers, end, messages[0], content);
    throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: `it has ${messages.length} messages instead of one` });
  }

  /** The messages as they arrive. The time limit of the call holds until the last. */
  #deliver(exchange: Exchange, headers: IncomingHttpHeaders, method: GrpcMethod): AsyncIterable<object> {
    const { timeout, maxMessageSize } = this.#request;
    const rest = this.#deadline! - performance.now();
    const late = (): void => exchange.cancel(new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout }));
    const timer = rest === Infinity ? undefined : setTimeout(late, Math.max(0, rest)).unref();
    exchange.onClose(() => clearTimeout(timer));
    const messages = async function* (): AsyncGenerator<object, void, undefined> {
      for await (const bytes of exchange.messages(headers, maxMessageSize)) yield decoded(method, bytes);
      const fault = faultOf(await exchange.end());
      if (fault) throw fault;
    };
    return messages();
  }

  /** A server that gives up because the time of this call is over says what the call itself is about to say. */
  #checkDeadline({ code }: GrpcEnd): void {
    const { timeout } = this.#request;
    if (code === deadlineExceeded && timeout !== 0 && this.#deadline! - performance.now() < timeout / 10)
      throw new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout });
  }

  #replyOf(headers: IncomingHttpHeaders, end: GrpcEnd | undefined, data: unknown, content: Buffer): Reply<Data> {
    const { code = 0, message = "", trailers = {} } = end ?? {};
    const http = httpStatusOf(headers);
    const statusCode = http === 200 ? grpcHttpStatus(code) : http;
    return {
      statusCode,
      reason: grpcStatusName(code),
      version: "HTTP/2.0",
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(":"))),
      content,
      data: data as Data,
      details: { code, message, metadata: readGrpcMetadata(headers), trailers },
    };
  }
}

const decoded = (method: GrpcMethod, bytes: Buffer): object => {
  try {
    return method.responseDeserialize(bytes);
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: reasonOf(cause) }, { cause });
  }
};

/** What JSON has no form for, or the same as for something else. */
const told = (_: string, value: unknown): unknown => {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
};
