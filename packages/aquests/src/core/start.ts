import type { ClusterMember } from "@skitai/reactor/upstream";
import type { Call } from "./call.ts";
import { Dispatch } from "./dispatch.ts";
import type { Caller } from "./runtime.ts";

/**
 * Starts a call in the way of its caller: at once, or in its turn.
 *
 * @param member the member to ask, where it may be no other.
 */
export const start = <Data>(caller: Caller, call: Call<Data>, member?: ClusterMember): Dispatch<Data> =>
  caller.begin ? caller.begin(call, member) : new Dispatch(caller.runtime, call, member).start();
