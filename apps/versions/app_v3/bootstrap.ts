import { readFileSync } from "node:fs";
import type { MutablePreference } from "skitai";

/** Turns the one setting that a user of this app gives, a file's name, into what the app works with. */
export const bootstrap = (pref: MutablePreference): void => {
  pref.config.changes = readFileSync(String(pref.config.changes), "utf8").trim().split("\n");
};
