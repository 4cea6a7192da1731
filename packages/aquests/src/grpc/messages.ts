/** Messages of a streaming request: an array, a generator, a stream. */
export type Messages = Iterable<unknown> | AsyncIterable<unknown>;

export const isStream = (message: unknown): message is Messages =>
  typeof message === "object" && message !== null && (Symbol.asyncIterator in message || Symbol.iterator in message);

/** Whether it can be sent twice: a single message, or what does not forget its messages. */
export const isRepeatable = (message: unknown): boolean => !isStream(message) || Array.isArray(message) || message instanceof Set;
