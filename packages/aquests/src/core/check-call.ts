import { AquestsError } from "../errors.ts";
import type { CallOptions } from "./call.ts";

/**
 * Refuses values of the options that all calls have, before anything is begun. Names and times are checked where they are read.
 *
 * @throws SKITAI_AQUESTS_BAD_OPTION
 */
export const checkCallOptions = ({ signal, filter, callback, meta }: Readonly<CallOptions<never>>): void => {
  // Others than Node's own will do.
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== "function")
    throw badOption("signal", signal, "Use the signal of an AbortController.");
  if (filter !== undefined && typeof filter !== "function") throw badOption("filter", filter, "Use a function.");
  if (callback !== undefined && typeof callback !== "function") throw badOption("callback", callback, "Use a function.");
  if (meta !== undefined && (typeof meta !== "object" || meta === null)) throw badOption("meta", meta, "Use an object.");
};

/** @throws SKITAI_AQUESTS_BAD_OPTION unless each is true, false or left out. */
export const checkSwitches = (switches: Readonly<Record<string, unknown>>): void => {
  for (const name of Object.keys(switches)) {
    const value = switches[name];
    if (value !== undefined && typeof value !== "boolean") throw badOption(name, value, "Use true or false.");
  }
};

const badOption = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });
