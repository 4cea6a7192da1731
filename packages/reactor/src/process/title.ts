import { basename, dirname, extname } from "node:path";

/**
 * The title of a process, as `ps` shows it.
 *
 * @param script the service's script; without one the title has no place in it.
 * @example processTitle("/srv/shop/app.ts", "worker #0") // skitai(shop/app): worker #0
 */
export const processTitle = (script: string | undefined, role?: string): string => {
  const place = script === undefined ? "" : `(${basename(dirname(script))}/${basename(script, extname(script))})`;
  return `skitai${place}${role === undefined ? "" : `: ${role}`}`;
};
