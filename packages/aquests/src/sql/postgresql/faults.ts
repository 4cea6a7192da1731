import { reasonOf } from "@skitai/reactor";
import { transportError } from "../../core/faults.ts";
import { AquestsError } from "../../errors.ts";
import { badRequest, databaseError } from "../faults.ts";

/**
 * An error of pg in the terms of this package: the server's own words, or that there is no way to it.
 *
 * @param connecting whether there was no session yet.
 */
export const postgresqlError = (error: unknown, address: string, connecting = false): AquestsError => {
  const made = (name: "SKITAI_AQUESTS_CONNECT_FAILED" | "SKITAI_AQUESTS_DISCONNECTED" | "SKITAI_AQUESTS_TLS"): AquestsError =>
    new AquestsError(name, { address, reason: reasonOf(error) }, { cause: error });
  const state = error instanceof Error ? stateOf(error) : undefined;
  if (state === undefined) {
    const message = reasonOf(error);
    if (message === "timeout expired") return made("SKITAI_AQUESTS_CONNECT_FAILED");
    if (/SSL connection/.test(message)) return made("SKITAI_AQUESTS_TLS");
    if (/^Connection terminated|is not queryable$/.test(message)) return made("SKITAI_AQUESTS_DISCONNECTED");
    // A value that cannot be written.
    if (error instanceof TypeError) return badRequest(message, error);
    return transportError(error, address) ?? databaseError(error);
  }
  // Functions may raise any state that they like: what leaves the session as it was says nothing of the server.
  if (!connecting && !endsSession(error as Error)) return databaseError(error);
  // A server that starts, stops or is full takes no part: another one should be asked.
  if (refused.has(state)) return made("SKITAI_AQUESTS_CONNECT_FAILED");
  return broken.has(state) || state.startsWith("08") ? made("SKITAI_AQUESTS_DISCONNECTED") : databaseError(error);
};

/** Whether the server has looked at a statement and refused it, and goes on. */
export const isComplaint = (error: Error): boolean => stateOf(error) !== undefined && !endsSession(error);

/** Whether the server closes the connection after it. The severity may be in the server's language, so that the place in its code tells as well. */
const endsSession = (error: Error): boolean =>
  fatal.has(String(Reflect.get(error, "severity"))) ||
  (ending.has(String(Reflect.get(error, "routine"))) && broken.has(String(Reflect.get(error, "code"))));

/** The SQLSTATE of what the server says; Node's own errors have a `code` too. */
const stateOf = (error: Error): string | undefined => {
  const code: unknown = Reflect.get(error, "severity") === undefined ? undefined : Reflect.get(error, "code");
  return typeof code === "string" ? code : undefined;
};

const fatal: ReadonlySet<string> = new Set(["FATAL", "PANIC"]);

/** Where PostgreSQL ends a session that is told to, or that waited too long. */
const ending: ReadonlySet<string> = new Set(["ProcessInterrupts", "quickdie"]);

/** too_many_connections, cannot_connect_now */
const refused: ReadonlySet<string> = new Set(["53300", "57P03"]);

/** admin_shutdown, crash_shutdown, idle_session_timeout, idle_in_transaction_session_timeout */
const broken: ReadonlySet<string> = new Set(["57P01", "57P02", "57P05", "25P03"]);

/** A prepared statement that the server no longer has, or whose tables have changed: found before anything was carried out. */
export const isStalePlan = (error: Error): boolean => {
  const code: unknown = Reflect.get(error, "code");
  return code === "26000" || (code === "0A000" && Reflect.get(error, "routine") === "RevalidateCachedQuery");
};
