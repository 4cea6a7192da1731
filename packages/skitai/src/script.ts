import { realpathSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The script that this process was started with; undefined in an interactive session. */
export const startScript = (): string | undefined => {
  const script = process.argv[1];
  return script === undefined ? undefined : resolved(script);
};

/** The name of a service: its directory and its script, such as `"shop/app"`. */
export const serviceName = (script: string): string => `${basename(dirname(script))}/${basename(script, extname(script))}`;

/**
 * Whether a module is the script that was started, rather than imported by another one.
 *
 * @example if (skitai.isMain(import.meta)) await skitai.run();
 */
export const isMain = (meta: { readonly url: string }): boolean => {
  const script = startScript();
  return script !== undefined && meta.url.startsWith("file:") && resolved(fileURLToPath(meta.url)) === script;
};

/** The engine's working directory: where the script is that was started. */
export const getswd = (): string => {
  const script = startScript();
  return script === undefined ? process.cwd() : dirname(script);
};

/**
 * A path below {@link getswd}.
 *
 * @example skitai.abspath("resources", "urls.txt") // "/srv/shop/resources/urls.txt"
 */
export const abspath = (...parts: string[]): string => join(getswd(), ...parts);

const resolved = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
};
