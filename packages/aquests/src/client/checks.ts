import { AquestsError } from "../errors.ts";
import type { AliasDefinition, ClientOptions } from "./options.ts";

const flags = ["insecure", "http2", "h2c"] as const;
const texts = ["servername", "userAgent"] as const;
const pems = ["cert", "key"] as const;

/** Refuses options of a client that are of another kind than they should be: `insecure: "no"` would otherwise be a yes. @throws SKITAI_AQUESTS_BAD_OPTION */
export const checkClientOptions = (options: ClientOptions): void => {
  const { maxResults = 0, report, ca, aliases } = options;
  check("maxResults", maxResults, isCount, "Use a whole number from 0.");
  check("report", report, isFunction, "Use a function (message, error) => void.");
  for (const what of flags) check(what, options[what], isFlag, "Use true or false.");
  for (const what of texts) check(what, options[what], isText, "Use a text that is not empty.");
  for (const what of pems) check(what, options[what], isPem, "Use a text or a Buffer in PEM.");
  for (const pem of (Array.isArray(ca) ? ca : [ca]) as readonly unknown[])
    check("ca", pem, isPem, "Use a text or a Buffer in PEM, or a list of them.");
  if (aliases !== undefined) checkAliases(aliases);
};

const checkAliases = (aliases: Readonly<Record<string, AliasDefinition>>): void => {
  const form = 'Use kind, members and perhaps options: { "@name": ["http", ["127.0.0.1:5000"]] }.';
  check("aliases", aliases, isRecord, form);
  for (const [name, definition] of Object.entries<unknown>(aliases)) check(`The alias ${name}`, definition ?? null, isDefinition, form);
};

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isFunction = (value: unknown): boolean => typeof value === "function";
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isPem = (value: unknown): boolean => isText(value) || Buffer.isBuffer(value);
const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isDefinition = (value: unknown): boolean => Array.isArray(value) && value.length >= 2;

const check = (what: string, value: unknown, holds: (value: unknown) => boolean, hint: string): void => {
  if (value === undefined || holds(value)) return;
  // What is no plain value may hold secrets.
  const shown = typeof value === "object" && value !== null ? (Array.isArray(value) ? "a list" : "an object") : value;
  throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value: shown, hint });
};
