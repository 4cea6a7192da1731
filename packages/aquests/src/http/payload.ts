import type { Readable } from "node:stream";
import { AquestsError } from "../errors.ts";

/** The body of a request, in whatever form it was given. */
export interface Payload {
  /** The `Content-Type` that it has by itself. */
  readonly type: string | undefined;
  /** Whether it can be opened again, so that the request can be sent again: after a redirect, a refusal, or to another server. */
  readonly repeatable: boolean;
  /** What stands for the content in the key of a kept result; undefined where that is not known. */
  readonly key: string | undefined;
  /** The content, where it is in memory. */
  readonly bytes: Buffer | undefined;
  open(): Buffer | Promise<Outflow>;
  /** It is needed no more, and may never have been opened: ends the streams that were given for it. */
  abandon?(): void;
}

/** A body that is read while it is sent. */
export interface Outflow {
  readonly stream: Readable;
  /** Bytes; undefined where that shows only at its end. */
  readonly length: number | undefined;
}

/** Text or bytes as a body. */
export const payloadOf = (content: string | Buffer, type?: string): Payload => {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return {
    type,
    repeatable: true,
    get key(): string {
      return bytes.toString("latin1");
    },
    bytes,
    open: () => bytes,
  };
};

/** What can be read once. @throws SKITAI_AQUESTS_BAD_REQUEST when it has been */
export const streamPayload = (stream: Readable, type: string): Payload => {
  if (stream.readableEnded || (stream.destroyed && !stream.errored))
    throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: "its body is a stream that has ended already." });
  // It may break before it is its turn, which is told when it is.
  stream.on("error", () => {});
  return {
    type,
    repeatable: false,
    key: undefined,
    bytes: undefined,
    open: async () => ({ stream, length: undefined }),
    abandon: () => void stream.destroy(),
  };
};
