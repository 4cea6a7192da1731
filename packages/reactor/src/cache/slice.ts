import type { StoredBody } from "./store.ts";

/** The bytes from `start` up to, not including, `end`. */
export const sliceOf = (body: StoredBody, start: number, end: number): StoredBody =>
  Buffer.isBuffer(body) ? body.subarray(start, end) : piecesOf(body[Symbol.asyncIterator](), start, end);

/** Not a generator: one that was never started would not pass on that it is given back. */
const piecesOf = (iterator: AsyncIterator<Uint8Array>, start: number, end: number): AsyncIterable<Uint8Array> => {
  let at = 0;
  const over = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    at = end;
    await iterator.return?.();
    return { done: true, value: undefined };
  };
  const pieces: AsyncIterableIterator<Uint8Array, undefined> = {
    [Symbol.asyncIterator]: () => pieces,
    next: async () => {
      while (at < end) {
        const { done, value } = await iterator.next();
        if (done === true) break;
        const from = Math.max(0, start - at);
        const to = Math.min(value.length, end - at);
        at += value.length;
        if (to > from) return { done: false, value: value.subarray(from, to) };
      }
      return over();
    },
    return: over,
  };
  return pieces;
};
