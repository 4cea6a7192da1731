import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import { reasonOf } from "@skitai/reactor";
import { GrpcFault, grpcCodeOfHttp, readGrpcFrames, readGrpcMessage, readGrpcMetadata } from "@skitai/reactor/rpc";
import type { Attempt } from "../core/attempt.ts";
import { AquestsError } from "../errors.ts";
import { streamFault } from "./faults.ts";
import type { Session } from "./session.ts";

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** How a call ended. */
export interface GrpcEnd {
  readonly code: number;
  readonly message: string;
  /** What came with the status. */
  readonly trailers: ReturnType<typeof readGrpcMetadata>;
}

/** One call on one HTTP/2 stream: what goes out and what comes in, in the terms of gRPC. */
export class Exchange {
  readonly #session: Session;
  readonly #stream: ClientHttp2Stream;
  readonly #address: string;
  readonly #attempt: Attempt;
  readonly #bytesBefore: number;
  readonly #closed: Promise<void>;
  readonly #responded: Promise<IncomingHttpHeaders | undefined>;
  #end: IncomingHttpHeaders | undefined = undefined;
  #error: unknown = undefined;
  #isGivenUp = false;

  constructor(session: Session, stream: ClientHttp2Stream, address: string, attempt: Attempt) {
    this.#session = session;
    this.#stream = stream;
    this.#address = address;
    this.#attempt = attempt;
    this.#bytesBefore = session.bytesRead;
    this.#closed = new Promise((resolve) => stream.once("close", resolve));
    this.#responded = new Promise((resolve) => {
      stream.once("response", resolve);
      stream.once("close", () => resolve(undefined));
    });
    stream.on("trailers", (trailers) => (this.#end = trailers));
    stream.on("error", (error) => (this.#error ??= error));
  }

  /** Calls when the stream is closed, however that came. */
  onClose(listener: () => void): void {
    void this.#closed.then(listener);
  }

  /** Settles with the stream; rejects when it broke, unless the call was given up here. */
  async untilEnd(): Promise<void> {
    await this.#closed;
    if (!this.#end && !this.#isGivenUp) throw await this.#failure();
  }

  /** Gives the call up. Where it was for want of an answer, and nothing at all has come, the connection takes no more calls. */
  cancel(reason?: AquestsError): void {
    this.#error ??= reason;
    this.#isGivenUp = true;
    if (reason?.code === "SKITAI_AQUESTS_TIMEOUT" && this.#session.bytesRead === this.#bytesBefore) this.#session.retire();
    this.#stream.close(NGHTTP2_CANCEL);
  }

  /** Sends one message, and says that it was the last. */
  sendLast(frame: Buffer): void {
    this.#stream.end(frame);
  }

  /** Sends messages as they come and as fast as the server takes them. */
  async sendAll(
    messages: AsyncIterable<unknown> | Iterable<unknown>,
    frameOf: (message: unknown) => Buffer | Promise<Buffer>,
  ): Promise<void> {
    const stream = this.#stream;
    const iterator = Symbol.asyncIterator in messages ? messages[Symbol.asyncIterator]() : messages[Symbol.iterator]();
    let isOver = false;
    // What waits for its next message is told that nobody wants it.
    this.onClose(() => {
      if (!isOver) void (async () => iterator.return?.())().catch(() => {});
    });
    const take = async (): Promise<IteratorResult<unknown>> => {
      try {
        const next = await iterator.next();
        isOver = next.done === true;
        return next;
      } catch (error) {
        isOver = true;
        throw error;
      }
    };
    try {
      for (;;) {
        const next = await take();
        if (next.done === true || stream.closed) break;
        const frame = await frameOf(next.value);
        if (!stream.writable) break;
        if (!stream.write(frame)) await this.#drained();
      }
      stream.end();
    } catch (cause) {
      const details = { what: "stream of messages", reason: reasonOf(cause) };
      this.cancel(cause instanceof AquestsError ? cause : new AquestsError("SKITAI_AQUESTS_HANDLER_FAILED", details, { cause }));
    }
  }

  /** The headers of the answer. An answer without messages has its end in them. */
  async headers(): Promise<IncomingHttpHeaders> {
    const headers = await this.#responded;
    if (!headers) throw await this.#failure();
    if (httpStatusOf(headers) !== 200) this.#end = fromHttp(headers);
    else if (headers["grpc-status"] !== undefined) this.#end = headers;
    else if (!/^application\/grpc(?:\+proto)?\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
      this.cancel();
      throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", {
        reason: `it is ${headers["content-type"] ?? "of no type"} and not application/grpc`,
      });
    }
    if (this.#end) this.#stream.close(NGHTTP2_NO_ERROR);
    return headers;
  }

  /** The messages of the answer, each as its bytes. Whoever stops early gives the call up. */
  async *messages(headers: IncomingHttpHeaders, maxSize: number): AsyncGenerator<Buffer, void, undefined> {
    if (this.#end) return;
    let isDone = false;
    try {
      yield* readGrpcFrames(this.#stream, { encoding: headers["grpc-encoding"] as string | undefined, maxSize });
      isDone = true;
    } catch (error) {
      throw await this.#failure(error);
    } finally {
      if (!isDone) this.cancel();
    }
  }

  /** How it ended. To be asked when all messages have been read. */
  async end(): Promise<GrpcEnd> {
    const end = this.#end;
    if (!end) throw await this.#failure();
    // The server may have answered before it had heard all.
    if (!this.#stream.writableEnded) this.#stream.close(NGHTTP2_CANCEL);
    const code = Number(end["grpc-status"]);
    if (!Number.isInteger(code) || code < 0)
      throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: "its grpc-status is no number" });
    return { code, message: readGrpcMessage(String(end["grpc-message"] ?? "")), trailers: readGrpcMetadata(end) };
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off("drain", done);
        this.#stream.off("close", done);
        resolve();
      };
      this.#stream.once("drain", done);
      this.#stream.once("close", done);
    });
  }

  /** Why there is no proper end. */
  async #failure(error?: unknown): Promise<AquestsError> {
    const address = this.#address;
    if (error !== undefined && isOwn(error)) {
      this.cancel();
      return streamFault(error, address);
    }
    await this.#closed;
    if (this.#error instanceof AquestsError) return this.#error;
    const { rstCode, id } = this.#stream;
    const { lastStream } = this.#session;
    if (rstCode === NGHTTP2_REFUSED_STREAM || id === undefined || (lastStream !== undefined && id > lastStream)) {
      // The server says that it has not looked at the call.
      this.#attempt.sent = false;
      return new AquestsError("SKITAI_AQUESTS_HTTP2_CLOSED", { address, reason: "it takes no more streams" });
    }
    if (this.#session.error) return streamFault(this.#session.error, address);
    if (this.#session.isDestroyed)
      return new AquestsError("SKITAI_AQUESTS_HTTP2_CLOSED", { address, reason: "it was closed" }, { cause: this.#error });
    if (this.#error !== undefined) return streamFault(this.#error, address);
    if (rstCode !== NGHTTP2_NO_ERROR) return new AquestsError("SKITAI_AQUESTS_HTTP2_RESET", { address, reason: `code ${rstCode}` });
    return new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: "it ends without a grpc-status" });
  }
}

/** The HTTP status, which says nothing of the call itself. */
export const httpStatusOf = (headers: IncomingHttpHeaders): number => Number(headers[":status"]);

/** A server or proxy that does not speak gRPC answered with an HTTP error. */
const fromHttp = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  const statusCode = httpStatusOf(headers);
  return { "grpc-message": `HTTP status ${statusCode}`, "grpc-status": String(grpcCodeOfHttp(statusCode)), ...headers };
};

/** Whether what was read is at fault, and not the stream. */
const isOwn = (error: unknown): boolean => error instanceof Error && String(Reflect.get(error, "code")).startsWith("SKITAI_");

/** The fault that a bad end stands for; undefined for a good one. */
export const faultOf = ({ code, message, trailers }: GrpcEnd): GrpcFault | undefined =>
  code === 0 ? undefined : new GrpcFault(code, message, trailers);
