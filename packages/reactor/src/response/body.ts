import type { Readable } from "node:stream";

/** An object whose `more()` gives the next piece of a response; empty or nullish ends it. */
export interface MoreProducer {
  more(): string | Uint8Array | null | undefined | Promise<string | Uint8Array | null | undefined>;
  /** Called once when everything was sent or the client went away. */
  close?(): void;
}

/** What {@link respond} can send. Streams and iterators are closed when the client goes away. */
export type Body =
  | string
  | Uint8Array
  | Readable
  | ReadableStream<Uint8Array | string>
  | Blob
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | MoreProducer
  | null;
