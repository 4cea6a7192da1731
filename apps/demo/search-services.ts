import { join } from "node:path";
import type { Plugin } from "skitai";
import { settings } from "./settings.ts";

/** Runs the search services: the master starts them beside its workers, starts one again that ends, and ends them with itself. */
export const searchServices: Plugin = (engine) => {
  for (const third of settings.searchPorts.keys()) {
    const command = [process.execPath, ...process.execArgv, join(import.meta.dirname, "search-service.ts"), String(third)];
    engine.helper({ name: `search ${third}`, command });
  }
};
