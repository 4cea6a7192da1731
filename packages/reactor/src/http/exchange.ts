import { IncomingMessage, ServerResponse } from "node:http";
import { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { NodeRequest } from "./types.ts";
import type { Was } from "../was/was.ts";

/**
 * The Node request and response classes that this engine's servers make. They measure what Node does not tell: when the answer began and
 * how many bytes of bodies went each way. They change nothing else, so that any listener takes them for the ordinary ones.
 */
export interface Measured {
  /** `performance.now()` when the head of the answer was written, or 0. */
  respondedAt: number;
  /** The `was` of the request, for the log line at its end. */
  was: Was | undefined;
  /** The peer's address, which HTTP/2 forgets with the connection. */
  peer: string | undefined;
  /** Bytes of the answer's body; counted for HTTP/2 only, where the socket's own count cannot be told apart. */
  bodyBytes: number;
}

/** What limits a request body while it arrives. */
export interface BodyCount {
  /** Bytes of the body so far. */
  received: number;
  /** More than this stops the request; `Infinity` until the mount is known. */
  allowed: number;
  /** Called once when more than {@link allowed} arrived. */
  exceeded: (() => void) | undefined;
}

/** Counts a chunk; false when it must be dropped. */
const count = (body: BodyCount, chunk: unknown): boolean => {
  if (chunk === null || chunk === undefined) return true;
  body.received += (chunk as Uint8Array).length;
  if (body.received <= body.allowed) return true;
  const { exceeded } = body;
  body.exceeded = undefined;
  exceeded?.();
  return false;
};

/** Counts the body of a request from here on; one of another server's is made to do so, with what of its body is there already. */
export const countBody = (req: NodeRequest): BodyCount => {
  if (isCounting(req)) return req;
  const push = req.push.bind(req);
  const counting = Object.assign(req, { received: req.readableLength, allowed: Number.POSITIVE_INFINITY, exceeded: undefined });
  counting.push = (chunk: unknown, encoding?: BufferEncoding): boolean => (count(counting, chunk) ? push(chunk, encoding) : true);
  return counting;
};

const isCounting = (req: NodeRequest): req is NodeRequest & BodyCount => "allowed" in req;

export class Http1Request extends IncomingMessage implements BodyCount {
  received = 0;
  allowed: number = Number.POSITIVE_INFINITY;
  exceeded: (() => void) | undefined = undefined;

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    return count(this, chunk) ? super.push(chunk, encoding) : true;
  }

  /** A client that could not send, because nobody read, has its time from now on. */
  override _read(size: number): void {
    const { socket } = this;
    if (!this.complete && socket.timeout) socket.setTimeout(socket.timeout);
    super._read(size);
  }
}

export class Http2Request extends Http2ServerRequest implements BodyCount {
  received = 0;
  allowed: number = Number.POSITIVE_INFINITY;
  exceeded: (() => void) | undefined = undefined;

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    return count(this, chunk) ? super.push(chunk, encoding) : true;
  }
}

/** Only where a log asks for it, because everything between an app and Node costs. */
export class TimedHttp1Response<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> implements Measured {
  respondedAt = 0;
  was: Was | undefined = undefined;
  peer: string | undefined = undefined;
  bodyBytes = 0;

  override writeHead(...head: unknown[]): this {
    this.respondedAt = performance.now();
    return (super.writeHead as (...head: unknown[]) => this)(...head);
  }
}

export class Http2Response<Request extends Http2ServerRequest = Http2ServerRequest>
  extends Http2ServerResponse<Request>
  implements Measured
{
  respondedAt = 0;
  was: Was | undefined = undefined;
  peer: string | undefined = undefined;
  bodyBytes = 0;

  override writeHead(...head: unknown[]): this {
    this.respondedAt = performance.now();
    return (super.writeHead as (...head: unknown[]) => this)(...head);
  }

  override write(...chunk: unknown[]): boolean {
    const [data, encoding] = chunk;
    this.bodyBytes +=
      typeof data === "string"
        ? Buffer.byteLength(data, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : (data as Uint8Array).byteLength;
    return (super.write as (...chunk: unknown[]) => boolean)(...chunk);
  }
}
