import { ReactorError } from "../errors.ts";
import type { ThreadPool } from "./thread-pool.ts";

/** The pool of an engine that has one. @throws SKITAI_REACTOR_NO_THREADS */
export const needThreads = (pool: ThreadPool | undefined): ThreadPool => {
  if (!pool) throw new ReactorError("SKITAI_REACTOR_NO_THREADS");
  return pool;
};
