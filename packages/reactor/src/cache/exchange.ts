import { Readable } from "node:stream";
import type { Recording } from "./recording.ts";
import type { Refusal } from "./storable.ts";
import type { ResponsePolicy } from "./response-policy.ts";
import type { StoredBody, StoredEntry, StoredHead } from "./store.ts";
import type { FlatFields, OriginResponse } from "./types.ts";

/** A stored response that a request selects, and what it allows. */
export interface Known {
  readonly entry: StoredEntry;
  readonly policy: ResponsePolicy;
}

/** The origin confirmed what is stored. */
export interface Confirmed {
  readonly kind: "confirmed";
  readonly head: StoredHead;
  readonly policy: ResponsePolicy;
  readonly known: Known;
  /** For the one who asked; null where nobody needs it. */
  readonly body: StoredBody | null;
  /** Cookies of the confirmation, which are for the one who asked. */
  readonly cookies: FlatFields;
}

/** The origin sent what goes to the store. */
export interface Recorded {
  readonly kind: "recorded";
  readonly head: StoredHead;
  readonly policy: ResponsePolicy;
  readonly response: OriginResponse;
  readonly body: Recording | Buffer | null;
  /** It is stored, or will not be. Undefined when it is already. */
  readonly settled: Promise<void> | undefined;
}

/** The origin sent what does not. */
export interface Passed {
  readonly kind: "passed";
  readonly response: OriginResponse;
  readonly refusal: Refusal;
}

/** The origin failed, and what is stored may stand in. */
export interface Failed {
  readonly kind: "failed";
  readonly status: number;
}

/** What came of asking the origin. */
export type Exchange = Confirmed | Recorded | Passed | Failed;

/**
 * Ends a body that nobody reads, or reads on.
 *
 * @param iterator what it was read by.
 */
export const discard = (body: OriginResponse["body"], iterator?: AsyncIterator<Uint8Array>): void => {
  if (body === null || Buffer.isBuffer(body)) return;
  // Its iterator would wait for the piece under way, or, when it never began, end nothing.
  if (body instanceof Readable) return void body.on("error", ignore).destroy();
  try {
    Promise.resolve((iterator ?? body[Symbol.asyncIterator]()).return?.()).catch(ignore);
  } catch {
    // It could not even begin: there is nothing to end.
  }
};

const ignore = (): void => {};
