import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { AcquireOptions, ServiceAddresses, ServiceName } from "./contract.ts";
import { keeperVariable } from "./environment.ts";

/** What the keeper is asked. */
export type KeeperRequest =
  | { readonly do: "acquire"; readonly name: string; readonly options: AcquireOptions }
  | { readonly do: "release" | "pause" | "resume"; readonly id: string };

/** A service as its user holds it. */
export type Service<Name extends ServiceName> = ServiceAddresses[Name] & ServiceControl;

/** What can be done with a service that one holds. */
export interface ServiceControl {
  /** Gives it back: its database is dropped, an own server stops. */
  stop(): Promise<void>;
  /** An own server accepts and stays silent from now on. */
  pause(): Promise<void>;
  /** Ends a pause. */
  resume(): Promise<void>;
}

/** All services of a test run or of one program. */
export interface Services extends AsyncDisposable {
  /** A share of a service, which starts when it is first asked for. @throws Error when it is missing or does not start */
  acquire<Name extends ServiceName>(name: Name, options?: AcquireOptions): Promise<Service<Name>>;
  /** Where other processes reach the same services. */
  readonly socketPath: string;
}

/** Starts the process that keeps the services. Dispose of it, or end in any other way, and they are gone. */
export const startServices = async (): Promise<Services> => {
  // A session of its own: Ctrl-C must not end it before the servers are stopped.
  const keeper = spawn(process.execPath, [fileURLToPath(new URL("keeper-process.ts", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const exited = once(keeper, "exit");
  const [socketPath] = await Promise.race([once(keeper.stdout.setEncoding("utf8"), "data"), exited]);
  if (typeof socketPath !== "string") throw new Error("The process that keeps the services does not start.");
  keeper.stdout.destroy();
  keeper.unref();
  return new KeptServices(socketPath, async () => {
    keeper.ref();
    keeper.stdin.end();
    if (keeper.exitCode === null && keeper.signalCode === null) await exited;
  });
};

/** The services of the test run that this process belongs to. @throws Error outside of a test run */
export const services = (): Services => {
  const socketPath = process.env[keeperVariable];
  if (socketPath === undefined) throw new Error("There is no test run here. Run vitest with vitest.workspace.ts, or use startServices().");
  return new KeptServices(socketPath, async () => undefined);
};

/** A share of a service of this test run. @throws Error outside of a test run, and when the service is missing or does not start */
export const acquire = <Name extends ServiceName>(name: Name, options?: AcquireOptions): Promise<Service<Name>> =>
  services().acquire(name, options);

class KeptServices implements Services {
  readonly socketPath: string;
  readonly #end: () => Promise<void>;

  constructor(socketPath: string, end: () => Promise<void>) {
    this.socketPath = socketPath;
    this.#end = end;
  }

  async acquire<Name extends ServiceName>(name: Name, options: AcquireOptions = {}): Promise<Service<Name>> {
    const { id, address } = (await this.#ask({ do: "acquire", name, options })) as { id: string; address: ServiceAddresses[Name] };
    const tell = (verb: "release" | "pause" | "resume") => async (): Promise<void> => void (await this.#ask({ do: verb, id }));
    return { ...address, stop: tell("release"), pause: tell("pause"), resume: tell("resume") };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }

  async #ask(question: KeeperRequest): Promise<unknown> {
    const asked = request({ socketPath: this.socketPath, method: "POST", agent: false });
    asked.end(JSON.stringify(question));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const body = await text(answer);
    if (answer.statusCode !== 200) throw new Error(body);
    return JSON.parse(body);
  }
}
