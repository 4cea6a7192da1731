/** Whether a value has to be waited for: a promise, or anything that `await` takes for one. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value !== null && typeof value === "object" && typeof (value as { then?: unknown }).then === "function";
