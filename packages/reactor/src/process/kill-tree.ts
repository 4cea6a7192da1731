import { descendants } from "./process-mark.ts";

/** Kills a process with everything that it has started. It goes first, so that it starts nothing in the place of what is killed after it. */
export const killTree = (pid: number): void => {
  for (const victim of [pid, ...descendants(pid)]) {
    try {
      process.kill(victim, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
};
