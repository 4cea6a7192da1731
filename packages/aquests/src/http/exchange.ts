import { STATUS_CODES, type IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Attempt } from "../core/attempt.ts";
import { AquestsError } from "../errors.ts";
import { plainHeaders } from "./answer.ts";
import { BodyStream } from "./body-stream.ts";
import type { Connections, Passenger } from "./connections.ts";
import { bodyFault, httpFault } from "./faults.ts";

/** What is sent. */
export interface Sending {
  readonly method: string;
  /** Of a proxy, an absolute URL. */
  readonly path: string;
  readonly headers: (string | string[])[];
  readonly body: Buffer | Readable | null;
  readonly maxSize: number;
  /** Whether an answer is to be handed over while it arrives; undefined for none. */
  readonly streams?: ((statusCode: number, headers: IncomingHttpHeaders) => boolean) | undefined;
  /** Milliseconds that such an answer may be silent. */
  readonly idleTimeout: number;
}

/** One answer as it came over the connection, still in its content coding. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly reason: string;
  readonly version: string;
  readonly headers: IncomingHttpHeaders;
  readonly content: Buffer;
  readonly stream: Readable | undefined;
}

const empty: Buffer = Buffer.alloc(0);

/** Sends one request over one connection and reads its answer. */
export const exchange = (connections: Connections, address: string, sending: Sending, attempt: Attempt): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const one = new Exchange(connections, address, sending, attempt, resolve, reject);
    attempt.stopWith((reason) => one.cancel(reason));
    connections.send(one);
  });

/** Follows one request through undici. */
class Exchange implements Passenger {
  readonly options: Dispatcher.DispatchOptions;
  phase: Passenger["phase"] = "queued";
  readonly #connections: Connections;
  readonly #address: string;
  readonly #sending: Sending;
  readonly #attempt: Attempt;
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: AquestsError) => void;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #statusCode = 0;
  #reason = "";
  #headers: IncomingHttpHeaders | undefined = undefined;
  #first: Buffer | undefined = undefined;
  #more: Buffer[] | undefined = undefined;
  #size = 0;
  #stream: BodyStream | undefined = undefined;

  constructor(
    connections: Connections,
    address: string,
    sending: Sending,
    attempt: Attempt,
    resolve: (answer: RawAnswer) => void,
    reject: (error: AquestsError) => void,
  ) {
    this.#connections = connections;
    this.#address = address;
    this.#sending = sending;
    this.#attempt = attempt;
    this.#resolve = resolve;
    this.#reject = reject;
    const { method, path, headers, body, streams, idleTimeout } = sending;
    this.options = { method, path, headers: headers as string[], body, headersTimeout: 0, bodyTimeout: streams ? idleTimeout : 0 };
    // Before undici listens, so that the failure has its own name; after the end it is only what undici did to it.
    if (body instanceof Readable) body.on("error", (cause) => this.cancel(bodyFault(cause)));
  }

  /** Called again when undici itself puts the request on another connection: by the rules of HTTP/2 the first one has not seen it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const { cancelled } = this.#attempt;
    if (cancelled) return controller.abort(cancelled);
    if (this.phase === "waiting") this.#connections.started();
    this.phase = "begun";
    this.#attempt.sent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders, reason?: string): void {
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#reason = reason || STATUS_CODES[statusCode] || "";
    this.#headers = plainHeaders(headers);
    const { streams, maxSize, method } = this.#sending;
    if (streams?.(statusCode, this.#headers)) {
      const body = new BodyStream(controller);
      this.#stream = body;
      this.#attempt.stopWith((why) => body.destroy(why));
      this.#resolve(this.#answer(empty));
    } else if (method !== "HEAD" && Number(this.#headers["content-length"] ?? 0) > maxSize) controller.abort(this.#tooLarge());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream) return this.#stream.deliver(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#sending.maxSize) controller.abort(this.#tooLarge());
    else if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  onResponseEnd(): void {
    this.phase = "over";
    this.#connections.ended();
    if (this.#stream) return this.#stream.finish();
    this.#attempt.stopWith(undefined);
    this.#resolve(this.#answer(this.#more ? Buffer.concat(this.#more, this.#size) : (this.#first ?? empty)));
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const { http2 } = this.#connections;
    if (this.phase === "waiting") this.#connections.started();
    this.phase = "over";
    this.#connections.ended();
    const { idleTimeout } = this.#sending;
    const fault = httpFault(error, { address: this.#address, http2, answering: this.#statusCode !== 0, idleTimeout });
    if (this.#stream) return this.#stream.fail(fault);
    this.#attempt.stopWith(undefined);
    this.#reject(fault);
  }

  /** Frees the connection, or the place in the queue. */
  cancel(reason: Error): void {
    const { phase } = this;
    if (phase === "begun") return this.#controller!.abort(reason);
    if (phase === "over") return;
    this.phase = "over";
    this.#attempt.stopWith(undefined);
    this.#reject(httpFault(reason, { address: this.#address, http2: false, answering: false, idleTimeout: 0 }));
    if (phase === "waiting") this.#connections.givenUp();
  }

  #answer(content: Buffer): RawAnswer {
    return {
      statusCode: this.#statusCode,
      reason: this.#reason,
      version: this.#connections.http2 ? "HTTP/2.0" : "HTTP/1.1",
      headers: this.#headers!,
      content,
      stream: this.#stream,
    };
  }

  #tooLarge(): AquestsError {
    return new AquestsError("SKITAI_AQUESTS_TOO_LARGE", { limit: this.#sending.maxSize });
  }
}
