import type { Readable } from "node:stream";

export interface WebStreamOptions {
  /** Called before the first read. */
  begin?: () => void;
  /** Makes the stream's error of what went wrong below. */
  failure?: (error: unknown) => unknown;
  /** Called when the reader wants no more; the readable is not destroyed by itself. */
  cancel: () => void;
}

/** A Node stream as Fetch reads it: nothing is read ahead. */
export const webStreamOf = (readable: Readable, { begin, failure, cancel }: WebStreamOptions): ReadableStream<Uint8Array> => {
  let pieces: AsyncIterator<Buffer> | undefined;
  return new ReadableStream(
    {
      type: "bytes",
      async pull(controller) {
        try {
          if (!pieces) begin?.();
          pieces ??= readable.iterator({ destroyOnReturn: false });
          const { done, value } = await pieces.next();
          if (!done) return controller.enqueue(new Uint8Array(value));
          // HTTP/2 ends a body that broke off as if it were complete.
          if (Reflect.get(readable, "aborted") === true) throw new Error("aborted");
          controller.close();
          controller.byobRequest?.respond(0);
        } catch (error) {
          controller.error(failure ? failure(error) : error);
        }
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
};
