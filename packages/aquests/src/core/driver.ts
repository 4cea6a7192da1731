import { reasonOf } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";

/**
 * Loads a package that only some users need, when it is needed. Node keeps what was loaded; what failed is tried again.
 *
 * @param what what needs it, for the error: `PostgreSQL`.
 * @throws SKITAI_AQUESTS_DRIVER_MISSING saying what to install, SKITAI_AQUESTS_DRIVER_FAILED
 * @example const pg = await loadDriver("PostgreSQL", "pg", () => import("pg"));
 */
export const loadDriver = async <Module>(what: string, name: string, load: () => Promise<Module>): Promise<Module> => {
  try {
    return await load();
  } catch (cause) {
    const missing = Reflect.get(cause as object, "code") === "ERR_MODULE_NOT_FOUND" && reasonOf(cause).includes(`'${name}'`);
    if (missing) throw new AquestsError("SKITAI_AQUESTS_DRIVER_MISSING", { what, name }, { cause });
    throw new AquestsError("SKITAI_AQUESTS_DRIVER_FAILED", { name, reason: reasonOf(cause) }, { cause });
  }
};
