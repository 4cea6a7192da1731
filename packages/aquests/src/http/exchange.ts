import { STATUS_CODES, type IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Attempt } from "../core/attempt.ts";
import { AquestsError } from "../errors.ts";
import type { Connections } from "./agent.ts";
import { plainHeaders } from "./answer.ts";
import { httpFault } from "./faults.ts";

/** One answer as it came over the connection. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly reason: string;
  readonly version: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is sent. */
export interface Sending {
  readonly method: string;
  readonly path: string;
  readonly headers: (string | string[])[];
  readonly body: Dispatcher.DispatchOptions["body"];
  readonly maxSize: number;
}

const empty: Buffer = Buffer.alloc(0);

/** Sends one request over one connection and reads its answer whole. */
export const exchange = (connections: Connections, address: string, sending: Sending, attempt: Attempt): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { method, path, headers, body } = sending;
    const handler = new Exchange(connections, address, sending.maxSize, attempt, resolve, reject);
    connections.waits();
    attempt.onCancel = handler.cancel;
    connections.dispatcher.dispatch(
      { method, path, headers, body, headersTimeout: 0, bodyTimeout: 0 } as Dispatcher.DispatchOptions,
      handler,
    );
  });

class Exchange implements Dispatcher.DispatchHandler {
  readonly #connections: Connections;
  readonly #address: string;
  readonly #maxSize: number;
  readonly #attempt: Attempt;
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: AquestsError) => void;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #isWaiting = true;
  #statusCode = 0;
  #reason = "";
  #headers: IncomingHttpHeaders = {};
  #first: Buffer | undefined = undefined;
  #more: Buffer[] | undefined = undefined;
  #size = 0;

  constructor(
    connections: Connections,
    address: string,
    maxSize: number,
    attempt: Attempt,
    resolve: (answer: RawAnswer) => void,
    reject: (error: AquestsError) => void,
  ) {
    this.#connections = connections;
    this.#address = address;
    this.#maxSize = maxSize;
    this.#attempt = attempt;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Called again when undici itself puts the request on another connection: HTTP/2 says that the first one has not seen it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#connections.waitsNoMore();
    }
    const { cancelled } = this.#attempt;
    if (cancelled) controller.abort(cancelled);
    else this.#attempt.sent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders, reason?: string): void {
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#reason = reason || STATUS_CODES[statusCode] || "";
    this.#headers = plainHeaders(headers);
    const length = headers["content-length"];
    if (length !== undefined && Number(length) > this.#maxSize) controller.abort(this.#tooLarge());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxSize) return controller.abort(this.#tooLarge());
    if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  onResponseEnd(): void {
    this.#attempt.onCancel = undefined;
    this.#resolve({
      statusCode: this.#statusCode,
      reason: this.#reason,
      version: this.#connections.http2 ? "HTTP/2.0" : "HTTP/1.1",
      headers: this.#headers,
      body: this.#more ? Buffer.concat(this.#more, this.#size) : (this.#first ?? empty),
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#attempt.onCancel = undefined;
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#connections.waitsNoMore();
    }
    const { http2 } = this.#connections;
    this.#reject(httpFault(error, { address: this.#address, http2, answering: this.#statusCode !== 0 }));
  }

  /** Frees the connection; the caller has its answer already. */
  readonly cancel = (reason: Error): void => {
    if (this.#controller) return this.#controller.abort(reason);
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#connections.givesUp();
    this.#reject(httpFault(reason, { address: this.#address, http2: false, answering: false }));
  };

  #tooLarge(): AquestsError {
    return new AquestsError("SKITAI_AQUESTS_TOO_LARGE", { limit: this.#maxSize });
  }
}
