import { SaddleError } from "../errors.ts";

/** The error of a value that something cannot have. @param what begins the sentence. */
export const badOption = (what: string, value: unknown, hint: string): SaddleError =>
  new SaddleError("SKITAI_SADDLE_BAD_OPTION", { what, value: shown(value), hint });

/** @throws SKITAI_SADDLE_BAD_OPTION unless a method of an app is given a function. */
export const checkHandler = (method: string, handler: unknown): void => {
  if (typeof handler !== "function") throw badOption(`The handler of app.${method}`, handler, "Pass a function.");
};

/** @throws SKITAI_SADDLE_BAD_OPTION unless a method of an app is given a text. */
export const checkText = (what: string, method: string, text: unknown): void => {
  if (typeof text !== "string" || text === "") throw badOption(`The ${what} of app.${method}`, text, "Use a text that is not empty.");
};

/** Of what cannot be told in a word, the kind. */
const shown = (value: unknown): unknown => {
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") return `${value}n`;
  return value === undefined ? undefined : typeof value;
};
