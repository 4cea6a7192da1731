import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** Whole seconds. */
  readonly seconds: number;
  readonly connections: number;
  /** CPUs that make the load. */
  readonly cpus: readonly number[];
}

/** What a load generator saw. */
export interface Load {
  readonly micros: number;
  readonly requests: number;
  readonly bytes: number;
  readonly p99Micros: number;
  /** Answers that were not 2xx or 3xx, and connections that broke. */
  readonly failed: number;
}

const script = fileURLToPath(new URL("wrk.lua", import.meta.url));

/** Sends requests over kept-alive connections as fast as they are answered, for some seconds. */
export const runWrk = async (options: LoadOptions): Promise<Load> => {
  const place = ["-c", options.cpus.join(","), "wrk"];
  const load = ["-t1", `-c${options.connections}`, `-d${options.seconds}s`, "-s", script];
  const url = `http://127.0.0.1:${options.port}${options.path}`;
  const { stdout } = await promisify(execFile)("taskset", [...place, ...load, url]);
  return parseReport(stdout);
};

/** The last line of {@link runWrk}'s output. */
export const parseReport = (output: string): Load => {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  const report: unknown = JSON.parse(line);
  const figure = (name: string): number => {
    const value: unknown = Reflect.get(Object(report), name);
    if (typeof value !== "number") throw new TypeError(`wrk did not report ${name}: ${line}`);
    return value;
  };
  return {
    micros: figure("micros"),
    requests: figure("requests"),
    bytes: figure("bytes"),
    p99Micros: figure("p99Micros"),
    failed: figure("failed"),
  };
};
