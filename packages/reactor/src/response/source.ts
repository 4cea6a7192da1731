import { Readable } from "node:stream";
import { ReactorError } from "../errors.ts";
import { isThenable } from "../internal/thenable.ts";
import type { Body, MoreProducer } from "./body.ts";

/** What a body of any streaming kind comes down to. */
export interface Source {
  /** Bytes in all, where the body knows. */
  readonly length: number | undefined;
  /** The content type, where the body knows. */
  readonly type: string | undefined;
  /** Pieces may come late, so that each has to reach the client when it is there, also through a compressor. */
  readonly live: boolean;
  next(): Step | Promise<Step>;
  /** Tells the body that nobody reads on. Only the first call counts, and a body that ended by itself is not told. */
  close(): void;
}

/** One piece, or the end. */
export interface Step {
  readonly done?: boolean | undefined;
  readonly value?: unknown;
}

/** A body that comes in pieces. */
export type StreamingBody = Exclude<Body, string | Uint8Array | null>;

/**
 * Finds out how to read a body, and reads nothing yet.
 *
 * @throws SKITAI_REACTOR_BAD_RESPONSE when it is nothing that can be sent.
 */
export const sourceOf = (body: StreamingBody): Source => {
  if (body instanceof Blob) return blobSource(body);
  if (body instanceof Readable) return iteratorSource(body[Symbol.asyncIterator](), () => body.on("error", ignore).destroy());
  if (body instanceof ReadableStream) return readerSource(body.getReader());
  if (typeof body === "object" && body !== null) {
    if ("more" in body && typeof body.more === "function") return moreSource(body);
    if (Symbol.asyncIterator in body && typeof body[Symbol.asyncIterator] === "function")
      return iteratorSource(body[Symbol.asyncIterator]());
    if (Symbol.iterator in body && typeof body[Symbol.iterator] === "function")
      return { ...iteratorSource(body[Symbol.iterator]()), live: false };
  }
  throw new ReactorError("SKITAI_REACTOR_BAD_RESPONSE", { value: nameOf(body), hint: `${sendable} can be sent.` }, { status: 500 });
};

/** A large body in pieces that a compressor and a socket take without holding up others. */
export const slicesOf = (bytes: Uint8Array, step = 65_536): Source => {
  let at = 0;
  return {
    length: bytes.byteLength,
    type: undefined,
    live: false,
    next: () => (at < bytes.byteLength ? { value: bytes.subarray(at, (at += step)) } : { done: true }),
    close: ignore,
  };
};

/**
 * A piece as bytes or string.
 *
 * @throws SKITAI_REACTOR_BAD_RESPONSE when it is anything else.
 */
export const pieceOf = (value: unknown): string | Uint8Array => {
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  const hint = "the pieces of a stream are strings or bytes (Uint8Array, Buffer).";
  throw new ReactorError("SKITAI_REACTOR_BAD_RESPONSE", { value: nameOf(value), hint }, { status: 500 });
};

const sendable = "a string, bytes, null, a Readable, a ReadableStream, a Blob, an iterable of strings or bytes, or an object with more()";

const nameOf = (value: unknown): string => {
  if (value === null || typeof value !== "object") return typeof value === "function" ? `the function ${value.name}` : String(value);
  return `an object of ${value.constructor?.name || "no class"}`;
};

type Pieces = Iterator<unknown> | AsyncIterator<unknown>;

/** @param destroy ends what is read where that is more than the iterator's `return()`, which waits for the step under way. */
const iteratorSource = (iterator: Pieces, destroy?: () => void): Source => {
  let open = true;
  const step = (result: Step): Step => {
    if (result.done) open = false;
    return result;
  };
  const failed = (error: unknown): never => {
    open = false;
    throw error;
  };
  return {
    length: undefined,
    type: undefined,
    live: true,
    next: () => {
      try {
        const result = iterator.next();
        return isThenable(result) ? Promise.resolve(result).then(step, failed) : step(result);
      } catch (error) {
        return failed(error);
      }
    },
    close: () => {
      if (!open) return;
      open = false;
      if (destroy) destroy();
      else quietly(() => iterator.return?.());
    },
  };
};

const readerSource = (reader: ReadableStreamDefaultReader<unknown>): Source => {
  let open = true;
  return {
    length: undefined,
    type: undefined,
    live: true,
    next: async () => {
      const result = await reader.read();
      if (result.done) open = false;
      return result;
    },
    close: () => {
      if (!open) return;
      open = false;
      quietly(() => reader.cancel());
    },
  };
};

const blobSource = (blob: Blob): Source => ({
  ...readerSource(blob.stream().getReader()),
  length: blob.size,
  type: blob.type || undefined,
  live: false,
});

const moreSource = (producer: MoreProducer): Source => {
  let open = true;
  const step = (value: string | Uint8Array | null | undefined): Step =>
    value === null || value === undefined || value.length === 0 ? { done: true } : { value };
  return {
    length: undefined,
    type: undefined,
    live: true,
    next: () => {
      const value = producer.more();
      return isThenable(value) ? Promise.resolve(value).then(step) : step(value);
    },
    close: () => {
      if (!open) return;
      open = false;
      quietly(() => producer.close?.());
    },
  };
};

const ignore = (): void => {};

/** Clean-up code of a body that nobody reads any more: its failure changes nothing for the client. */
const quietly = (clean: () => unknown): void => {
  try {
    Promise.resolve(clean()).catch(ignore);
  } catch {
    // As above.
  }
};
