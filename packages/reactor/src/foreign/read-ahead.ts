import { setImmediate } from "node:timers/promises";
import { pieceOf } from "../response/source.ts";

/** What is held at most, in bytes. */
const limit = 65_536;

/**
 * Reads what a Fetch body has ready, without waiting for anything outside this process. Most bodies were a string and are complete then, so that they can be
 * sent with their length; the others go on as they come.
 */
export const readAhead = async (body: ReadableStream<unknown>): Promise<Uint8Array | AsyncIterable<string | Uint8Array>> => {
  const reader = body.getReader();
  const ready: Uint8Array[] = [];
  const soon = setImmediate();
  try {
    for (let size = 0; ;) {
      const pending = reader.read();
      const step = size < limit ? await Promise.race([pending, soon]) : undefined;
      if (step === undefined) return resumed(ready, pending, reader);
      if (step.done) return ready.length === 1 ? ready[0]! : Buffer.concat(ready);
      const piece = pieceOf(step.value);
      ready.push(typeof piece === "string" ? Buffer.from(piece) : piece);
      size += piece.length;
    }
  } catch (error) {
    reader.cancel(error).catch(ignore);
    throw error;
  }
};

const ignore = (): void => {};

type Read = ReturnType<ReadableStreamDefaultReader<unknown>["read"]>;

/** The pieces at hand, the read under way, and the rest. */
const resumed = (ready: Uint8Array[], pending: Read, reader: ReadableStreamDefaultReader<unknown>): AsyncIterable<string | Uint8Array> => {
  let next: Read | undefined = pending;
  // It may fail when nobody reads on.
  pending.catch(ignore);
  const iterator: AsyncIterator<string | Uint8Array> = {
    next: async () => {
      const piece = ready.shift();
      if (piece) return { value: piece };
      const step = await (next ?? reader.read());
      next = undefined;
      return step.done ? { value: undefined, done: true } : { value: pieceOf(step.value) };
    },
    return: async () => {
      await reader.cancel();
      return { value: undefined, done: true };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
};
