import type { Source } from "./contract.ts";

/** Where the keeper of a test run listens. */
export const keeperVariable = "SKITAI_TEST_KEEPER";

/** What a variable says of a service: its URL, that there is none (`none`), or nothing at all. @throws TypeError for what is no URL */
export const fromEnvironment = (variable: string): { readonly source: Source | undefined } | undefined => {
  const value = process.env[variable];
  if (value === undefined || value === "") return undefined;
  if (value === "none") return { source: undefined };
  if (!URL.canParse(value)) throw new TypeError(`${variable} is ${value}, which is no URL. Name a server, or "none" to do without.`);
  return { source: { from: "environment", url: new URL(value) } };
};

/** Whether a missing service fails its tests. */
export const servicesAreRequired = (): boolean => process.env["SKITAI_REQUIRE_SERVICES"] === "1";
