import { Cluster } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";
import type { Call } from "./call.ts";
import { Dispatch } from "./dispatch.ts";
import { MapDispatch } from "./map-dispatch.ts";
import type { Caller } from "./runtime.ts";

/** Starts a call: to the server that it names, or to one member of its alias. */
export const begin = <Data>(caller: Caller, call: Call<Data>): Dispatch<Data> =>
  caller.begin ? caller.begin(call) : new Dispatch(caller.runtime, call).start();

/**
 * Starts a call to all members of its alias.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET when it is for one server.
 */
export const beginAll = <Data>(caller: Caller, call: Call<Data>): MapDispatch<Data> => {
  const { target } = call;
  if (!(target instanceof Cluster))
    throw new AquestsError("SKITAI_AQUESTS_BAD_TARGET", {
      value: target.address,
      hint: ".map() asks all members of an alias: name one, @alias.",
    });
  return new MapDispatch(caller.runtime, { ...call, target });
};
