import { stat } from "node:fs/promises";
import type { Prework } from "../routing/options.ts";
import type { SaddleWas } from "../was/types.ts";

/**
 * Calls a function before a request when a file is new: on the first request, and then whenever its modification time is later than at the
 * last look. A file that is missing is no news. A call that fails is made again before the next request.
 *
 * @param interval milliseconds between two looks.
 * @param now the clock, in milliseconds.
 */
export const watchFile = (
  path: string,
  call: (was: SaddleWas, path: string) => unknown,
  interval: number,
  now: () => number = Date.now,
): Prework => {
  let modified = Number.NEGATIVE_INFINITY;
  let looked = Number.NEGATIVE_INFINITY;
  return async (was) => {
    if (now() - looked < interval) return undefined;
    looked = now();
    const time = await modificationTime(path);
    const before = modified;
    if (time === undefined || time <= before) return undefined;
    // Before the call ends, so that no other request makes it too.
    modified = time;
    try {
      return await call(was, path);
    } catch (error) {
      if (modified === time) modified = before;
      looked = Number.NEGATIVE_INFINITY;
      throw error;
    }
  };
};

const modificationTime = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};
