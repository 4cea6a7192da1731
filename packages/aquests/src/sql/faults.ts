import { reasonOf } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";

/** What a database complained of: no fault of its server, so that no other one is asked. */
export const databaseError = (cause: unknown): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_DATABASE", { reason: reasonOf(cause) }, { cause, statusCode: 500, reason: "Error" });

export const badRequest = (reason: string, cause?: unknown): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason }, { cause });

/** A statement outside a transaction that leaves one open would leave it to whoever gets the connection next. */
export const leftOpen = (): AquestsError => badRequest("the statement leaves a transaction open, which was undone. Use transaction().");
