import { ReactorError } from "../errors.ts";

/** @throws SKITAI_REACTOR_BAD_OPTION unless it is a number from 0 to `most`. */
export const amount = (what: string, value: number, most: number = Number.MAX_VALUE): number => {
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  const hint = most === Number.MAX_VALUE ? "Use a number from 0." : `Use a number from 0 to ${most}.`;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint });
};

/** The options of a part that `true` turns on with its defaults and `false` leaves off. @throws SKITAI_REACTOR_BAD_OPTION for other values. */
export const switchable = <Options extends object>(what: string, value: Options | boolean): Options | Record<string, never> | undefined => {
  if (value === false) return undefined;
  if (value === true) return {};
  if (typeof value === "object" && value !== null) return value;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint: "Use true, false or an object of options." });
};
