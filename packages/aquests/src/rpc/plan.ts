import { AquestsError } from "../errors.ts";
import { makeStub } from "../core/stub.ts";
import type { Planned } from "./remote.ts";

/** A remote object that sends nothing: it makes the calls of one request. */
export const planStub = <Methods>(notification: boolean): Methods =>
  makeStub<Methods>((method, params): Planned<unknown> => ({ method, params, notification }));

/** @throws SKITAI_AQUESTS_BAD_REQUEST when what was planned is no list of calls. */
export const checkPlan = (calls: readonly Planned<unknown>[]): void => {
  const fits = Array.isArray(calls) && calls.every((call) => typeof call === "object" && call !== null && typeof call.method === "string");
  if (!fits) throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: "the plan returns no list of calls." });
  if (calls.length === 0) throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: "there is no call in the plan." });
};
