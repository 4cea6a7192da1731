import { reasonOf } from "@skitai/reactor";
import { transportError } from "../core/faults.ts";
import { AquestsError } from "../errors.ts";
import { databaseError } from "../sql/faults.ts";

/** Refusals of a server that starts, or is full: nothing was carried out, and another one should be asked. */
const unready = /^(?:LOADING|MASTERDOWN)\b|max number of clients/;

/** What ioredis says of commands whose connection is gone, and of those that came a moment too late for it. */
const broken = /^Connection is closed|aborted due to connection close|isn't writeable/;

/** An error of ioredis in the terms of this package: the server's own words, or that there is no way to it. */
export const redisError = (error: unknown, address: string): AquestsError => {
  const transport = transportError(error, address);
  if (transport) return transport;
  const reason = reasonOf(error);
  if (isReplyError(error)) {
    // Of a transaction that was given up, the first refusal says why.
    const [first]: readonly unknown[] = (Reflect.get(error, "previousErrors") as readonly unknown[] | undefined) ?? [];
    if (isReplyError(first)) return redisError(first, address);
    // The values of a command are nobody's business; of a login they are the password.
    Reflect.deleteProperty(error, "command");
    return unready.test(reason)
      ? new AquestsError("SKITAI_AQUESTS_CONNECT_FAILED", { address, reason }, { cause: error })
      : databaseError(error);
  }
  const code = broken.test(reason) ? "SKITAI_AQUESTS_DISCONNECTED" : "SKITAI_AQUESTS_BAD_ANSWER";
  return new AquestsError(code, { address, reason }, { cause: error });
};

interface ReplyError extends Error {
  readonly name: "ReplyError";
}

/** Whether the server said so itself. */
export const isReplyError = (error: unknown): error is ReplyError => error instanceof Error && error.name === "ReplyError";
