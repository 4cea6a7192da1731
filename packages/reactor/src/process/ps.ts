import { execFileSync } from "node:child_process";

/** When a process was started, as `ps` tells it; undefined when there is no such process, or it has ended. */
export const psStart = (pid: number): string | undefined => {
  const [state = "", ...started] = ps(["-o", "state=,lstart=", "-p", String(pid)])
    .trim()
    .split(/\s+/);
  return state === "" || state.startsWith("Z") ? undefined : started.join(" ");
};

/** The parent of every process, as `ps` tells it. */
export const psParents = (): [pid: number, parent: number][] =>
  ps(["-A", "-o", "pid=,ppid="])
    .trim()
    .split("\n")
    .map((line): [number, number] => {
      const [pid, parent] = line.trim().split(/\s+/);
      return [Number(pid), Number(parent)];
    });

const ps = (args: string[]): string => {
  try {
    // The same words and times whoever asks, since they are compared.
    return execFileSync("ps", args, {
      encoding: "utf8",
      env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
};
