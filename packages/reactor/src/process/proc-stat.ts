import { readFileSync } from "node:fs";

/** What Linux tells of a process in `/proc/<pid>/stat` (proc_pid_stat(5)). */
export interface ProcStat {
  /** A letter; `Z` and `X` are processes that have ended. */
  readonly state: string;
  readonly parent: number;
  /** Milliseconds of CPU time, user and system. */
  readonly cpu: number;
  /** When it was started, in ticks since the system's start. */
  readonly started: string;
}

/** A tick of the clock that Linux shows to programs, in milliseconds (USER_HZ is 100 everywhere). */
const tick = 10;

/** Undefined when there is no such process, or this is no Linux. */
export const readProcStat = (pid: number): ProcStat | undefined => {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
};

/** The second field is the program's name in parentheses, which may hold blanks and parentheses itself. */
export const parseProcStat = (text: string): ProcStat => {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0] ?? "",
    parent: Number(fields[1]),
    cpu: (Number(fields[11]) + Number(fields[12])) * tick,
    started: fields[19] ?? "",
  };
};
