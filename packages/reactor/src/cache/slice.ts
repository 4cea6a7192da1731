import type { StoredBody } from "./store.ts";

/** The bytes from `start` up to, not including, `end`. */
export const sliceOf = (body: StoredBody, start: number, end: number): StoredBody =>
  Buffer.isBuffer(body) ? body.subarray(start, end) : pieces(body, start, end);

async function* pieces(body: AsyncIterable<Uint8Array>, start: number, end: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of body) {
    const from = Math.max(0, start - at);
    const to = Math.min(piece.length, end - at);
    if (to > from) yield piece.subarray(from, to);
    at += piece.length;
    if (at >= end) return;
  }
}
