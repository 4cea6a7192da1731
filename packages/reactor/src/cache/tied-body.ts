/**
 * A body that a signal ends, beside whatever else does: it has begun as one that others might share.
 *
 * @param abort ends what the body comes from.
 */
export const tiedBody = (
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  abort: (reason: unknown) => void,
): AsyncIterable<Uint8Array> => {
  const iterator = body[Symbol.asyncIterator]();
  const aborted = (): void => {
    abort(signal.reason);
    Promise.resolve(iterator.return?.()).catch(() => {});
  };
  const over = (): void => signal.removeEventListener("abort", aborted);
  signal.addEventListener("abort", aborted, { once: true });
  const tied: AsyncIterableIterator<Uint8Array, undefined> = {
    [Symbol.asyncIterator]: () => tied,
    next: async () => {
      try {
        signal.throwIfAborted();
        const step = await iterator.next();
        // A body that gives up quietly has not come to its end.
        signal.throwIfAborted();
        if (step.done !== true) return step;
        over();
        return end;
      } catch (error) {
        over();
        throw error;
      }
    },
    return: async () => {
      over();
      await iterator.return?.();
      return end;
    },
  };
  return tied;
};

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };
