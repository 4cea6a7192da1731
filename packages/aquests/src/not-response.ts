import { notResponse } from "@skitai/reactor";
import { Result } from "./core/result.ts";
import { Results } from "./core/results.ts";

const reasons = [
  [Result, "what another server answered is sent with its headers only by mistake. Return a part of it, such as its data or text."],
  [Results, "what other servers answered is sent with their headers only by mistake. Return a part of it, such as the data of each."],
] as const;

/** Lets frameworks refuse results that a handler returns as they are. */
export const refuseAsResponses = (): void => {
  for (const [kind, value] of reasons) Object.defineProperty(kind.prototype, notResponse, { value, configurable: true });
};
