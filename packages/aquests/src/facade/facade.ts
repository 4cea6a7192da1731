import { refuseUnknown, type AliasOptions } from "@skitai/reactor";
import { parseAlias } from "@skitai/reactor/upstream";
import { createRuntime, serviceProperties, type OwnRuntime } from "../client/client.ts";
import { clientOptionNames, type ClientOptions } from "../client/options.ts";
import type { Services } from "../client/services.ts";
import type { Result } from "../core/result.ts";
import type { Caller } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import { Queue, type Summary } from "./queue.ts";

export interface ConfigureOptions extends ClientOptions {
  /** How many requests are under way at once. @default 1 */
  workers?: number;
  /** Gets each result whose call names no callback of its own. @default writes one line about it */
  callback?: (result: Result<unknown>) => unknown;
  /** Where lines go: what the default callback writes, and the summary of each run; false for nowhere. @default console.log */
  log?: ((line: string) => void) | false;
}

/** The one client, the one queue, and how they were configured: what the functions of this package work on. */
interface Default {
  readonly runtime: OwnRuntime;
  readonly queue: Queue;
  readonly log: (line: string) => void;
}

let current: Default | undefined;

const make = ({ workers = 1, callback, log = console.log, ...options }: ConfigureOptions): Default => {
  refuseUnknown("configure()", options, clientOptionNames);
  if (!Number.isInteger(workers) || workers < 1)
    throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "workers", value: workers, hint: "Use a whole number from 1." });
  const write = log === false ? () => {} : log;
  const runtime = createRuntime(options);
  const queue = new Queue(runtime, { workers, callback: callback ?? ((result) => write(lineOf(result))) });
  return { runtime, queue, log: write };
};

const facade = (): Default => (current ??= make({}));

/**
 * Says how the functions of this package work. May be called again while no request waits or is under way; without it they have the defaults.
 *
 * @throws SKITAI_AQUESTS_BAD_OPTION and its kin
 * @example aquests.configure({ workers: 10, callback: (rs) => console.log(rs.statusCode), timeout: "3s" });
 */
export const configure = (options: ConfigureOptions = {}): void => {
  const { waiting, running } = current?.queue.size ?? { waiting: 0, running: 0 };
  if (waiting + running > 0)
    throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", {
      what: "configure()",
      value: `called with ${waiting + running} requests in the queue`,
      hint: "Call it before the first request, or after fetchall().",
    });
  const made = make(options);
  void current?.runtime.close();
  current = made;
};

/**
 * Sends every request that was queued, and those that callbacks queue meanwhile; then closes the connections and writes a summary.
 *
 * @example
 * aquests.get("http://127.0.0.1:5000/");
 * await aquests.fetchall(); // * 1 task during 0.01 sec (93 tasks/s), received 11 bytes (1,023 bytes/s), max 1 conns
 */
export const fetchall = async (): Promise<Summary> => {
  const { queue, runtime, log } = facade();
  const { waiting, running } = queue.size;
  if (waiting + running === 0) log("no item in queue.");
  const summary = await queue.run();
  await runtime.pools.close();
  if (summary.tasks > 0) log(summaryLine(summary));
  return summary;
};

/** Names a group of servers for calls with `"@name/..."`. @throws SKITAI_REACTOR_BAD_ALIAS */
export const alias = (name: string, kind: string, members: string | readonly string[], options?: AliasOptions): void =>
  void facade().runtime.upstreams.define(parseAlias(name, kind, members, options));

const caller: Caller = {
  get runtime() {
    return facade().runtime;
  },
  begin: (call, member) => facade().queue.add(call, member),
};

/** The verbs of the default client: they queue. */
export const queued: Services = Object.create(null, serviceProperties(caller)) as Services;

/** `REQ GET-0. HTTP/1.1 200 OK 4210 bytes received` */
const lineOf = ({ meta, version, statusCode, reason, content, method }: Result<unknown>): string =>
  `REQ ${method}-${String(meta["reqId"])}. ${version || "-"} ${statusCode} ${reason} ${content.length} bytes received`;

const summaryLine = ({ tasks, elapsed, bytes, concurrent }: Summary): string => {
  const seconds = Math.max(elapsed, 0.001) / 1000;
  const number = (value: number): string => Math.round(value).toLocaleString("en-US");
  return (
    `* ${number(tasks)} ${tasks === 1 ? "task" : "tasks"} during ${seconds.toFixed(2)} sec (${number(tasks / seconds)} tasks/s), ` +
    `received ${number(bytes)} bytes (${number(bytes / seconds)} bytes/s), max ${concurrent} conns`
  );
};
