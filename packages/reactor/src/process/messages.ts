import type { FromHub, ToHub } from "../coordination/protocol.ts";

/** What a worker tells its master. */
export type FromWorker =
  /** It serves; `watch` is what its apps want watched for changes. */
  | { skitai: "ready"; watch: readonly string[] }
  /** It cannot serve, and ends; `details` describe the error underneath. */
  | { skitai: "failed"; message: string; details: string }
  /** It has the connection that it was given; `open` counts those that it holds now. */
  | { skitai: "taken"; open: number }
  /** It closes and did not take the connection that it was given. */
  | { skitai: "refused" }
  | { skitai: "open"; open: number }
  | ({ skitai: "usage" } & Usage)
  /** For the hub, which is in the master. */
  | { skitai: "coordination"; message: ToHub }
  /** It was told by a signal to end, or an app closed its engine: it takes no more connections. */
  | { skitai: "leaving" }
  /** An app asked for a new worker in its place, or for none. */
  | { skitai: "restart" }
  | { skitai: "shutdown" };

/** What a master tells a worker. */
export type FromMaster =
  /** Comes with the connection's socket. */
  | { skitai: "connection"; listener: number }
  /** Finish what is under way within so many milliseconds, then end. */
  | { skitai: "leave"; timeout: number }
  | { skitai: "reopen logs" }
  /** From the hub. */
  | { skitai: "coordination"; message: FromHub };

/** What a service tells the process that started it, where there is an IPC channel to it. */
export type FromService =
  | { skitai: "serving"; pid: number; addresses: readonly { address: string; port: number }[] }
  | { skitai: "not serving"; message: string };

/** What a worker uses. */
export interface Usage {
  /** Milliseconds of CPU time, user and system, since the worker began. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly rss: number;
  /** Bytes of the JavaScript heap in use. */
  readonly heap: number;
  /** 99th percentile of the event loop's delay since the report before, in milliseconds. */
  readonly delay: number;
}

/** Whether a message is of this engine; apps may use the same channel. */
export const isOurs = <Message extends FromWorker | FromMaster | FromService>(message: unknown): message is Message =>
  typeof message === "object" && message !== null && "skitai" in message && typeof message.skitai === "string";
