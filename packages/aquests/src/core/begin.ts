import { Cluster } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Dispatch } from "./dispatch.ts";
import { MapDispatch } from "./map-dispatch.ts";
import type { Caller } from "./runtime.ts";
import { start } from "./start.ts";

/** Begins a call: to the server that it names, or to one member of its alias. */
export const begin = <Data>(caller: Caller, call: Call<Data>): Dispatch<Data> => start(caller, call);

/**
 * Begins a call to all members of its alias.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET when it is for one server.
 */
export const beginAll = <Data>(caller: Caller, call: Call<Data>): MapDispatch<Data> => {
  const { target } = call;
  if (target instanceof Cluster) return new MapDispatch(caller, { ...call, target });
  const hint = ".map() asks all members of an alias: name one, @alias.";
  throw new AquestsError("SKITAI_AQUESTS_BAD_TARGET", { value: target.address, hint });
};
