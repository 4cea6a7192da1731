/**
 * A body that a signal ends, beside whatever else does.
 *
 * @param abort ends what the body comes from, when the signal does or the body is given back.
 */
export const tiedBody = (
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  abort: (reason: unknown) => void,
): AsyncIterable<Uint8Array> => {
  const iterator = body[Symbol.asyncIterator]();
  let waiting: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined;
  let isOver = false;
  const over = (): void => {
    isOver = true;
    waiting = undefined;
    signal.removeEventListener("abort", aborted);
  };
  const giveBack = (reason: unknown): void => {
    over();
    abort(reason);
    Promise.resolve(iterator.return?.()).catch(() => {});
  };
  const aborted = (): void => {
    const late = waiting;
    giveBack(signal.reason);
    late?.reject(signal.reason);
  };
  signal.addEventListener("abort", aborted, { once: true });

  const tied: AsyncIterableIterator<Uint8Array, undefined> = {
    [Symbol.asyncIterator]: () => tied,
    next: () => {
      const step = (waiting = Promise.withResolvers<IteratorResult<Uint8Array, undefined>>());
      if (signal.aborted) step.reject(signal.reason);
      else if (isOver) step.resolve(end);
      else {
        iterator.next().then(
          (result) => {
            if (result.done === true) over();
            step.resolve(result.done === true ? end : result);
          },
          (error: unknown) => {
            over();
            step.reject(error);
          },
        );
      }
      return step.promise;
    },
    return: () => {
      const late = waiting;
      if (!isOver) giveBack(new Error("The body was given back."));
      late?.resolve(end);
      return Promise.resolve(end);
    },
  };
  return tied;
};

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };
