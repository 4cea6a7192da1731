import { HubClient } from "../coordination/client.ts";
import { ReactorError, reasonOf } from "../errors.ts";
import { bindAddress, type ListenOptions } from "../http/listener.ts";
import { LocalAcceptor } from "../http/local-acceptor.ts";
import { describeError } from "../log/traceback.ts";
import { waitingTime } from "../units.ts";
import { settlesWithin } from "../internal/waiting.ts";
import { drainTime } from "./deadline.ts";
import { exitCodes } from "./exit.ts";
import type { Host } from "./host.ts";
import { MasterLink, type MasterOrders } from "./master-link.ts";
import type { WorkerRole } from "./role.ts";
import type { ResolvedRunOptions } from "./run-options.ts";
import type { BoundAddress, ServedEngine } from "./served-engine.ts";
import type { Service } from "./service.ts";
import { handleSignals } from "./signals.ts";
import { rootDetails } from "./start-failure.ts";
import { reportUsage } from "./usage-report.ts";

/**
 * Serves as a worker. What goes wrong is the master's to tell: this process then ends.
 *
 * @param host this process.
 */
export const startWorker = async (
  engine: ServedEngine,
  options: ResolvedRunOptions,
  role: WorkerRole,
  host: Host = process,
): Promise<Service> => {
  const leave = leaving(engine, host);
  let leaves = false;
  const leaveAsTold = (timeout: number): void => {
    leaves = true;
    void leave(timeout);
  };
  const orders: MasterOrders = {
    leave: leaveAsTold,
    reopenLogs: () => engine.logs.reopen(),
    coordinate: (message) => coordinator.receive(message),
  };
  const link = new MasterLink(orders, host);
  const coordinator = new HubClient(
    (message) => void link.send({ skitai: "coordination", message }),
    (error) => engine.wac.logger.get("server").log(describeError(error), "expt"),
  );
  engine.coordinate(coordinator);
  const leaveUnasked = async (timeout: number): Promise<void> => {
    leaves = true;
    await link.send({ skitai: "leaving" });
    await leave(timeout);
  };
  handleSignals(host, {
    // A terminal sends these to every process of the service; what they mean is for the master to decide.
    SIGINT: () => {},
    SIGHUP: () => {},
    SIGTERM: () => void leaveUnasked(options.stopTimeout),
    SIGQUIT: () => void leaveUnasked(options.gracefulTimeout),
    SIGUSR1: () => engine.logs.reopen(),
  });
  // An app has closed the engine: the master must offer nothing more to this process, which is of no further use.
  engine.on("draining", () => {
    if (!leaves) void leaveUnasked(options.gracefulTimeout);
  });
  engine.on("restart", () => void link.send({ skitai: "restart" }));
  engine.on("shutdown", () => void link.send({ skitai: "shutdown" }));
  if (role.successor) engine.takeOver();
  const addresses: BoundAddress[] = [];
  try {
    await engine.prepare();
    for (const [index, { listen, bound }] of pairs(options.listen, role).entries()) {
      const acceptor = options.reusePort ? new LocalAcceptor({ reusePort: true }) : link.acceptor(index, bound);
      addresses.push(await engine.listen({ ...listen, address: bound.address, port: bound.port }, acceptor));
    }
  } catch (error) {
    await link.send({ skitai: "failed", message: reasonOf(error), details: rootDetails(error) });
    host.exit(exitCodes.failed);
    return new Promise(() => {});
  }
  if (options.criticalPoint) reportUsage(options.criticalPoint.interval, (usage) => void link.send({ skitai: "usage", ...usage }));
  await link.send({ skitai: "ready", watch: engine.watchPaths });
  const close: Service["close"] = ({ timeout } = {}) =>
    leaveUnasked(timeout === undefined ? options.gracefulTimeout : waitingTime(timeout, "timeout"));
  return {
    role: "worker",
    addresses,
    restart: () => link.send({ skitai: "restart" }),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
};

/** Ends this process within so many milliseconds, after what is under way; a later call can only shorten the time. */
const leaving =
  (engine: ServedEngine, host: Host): ((timeout: number) => Promise<void>) =>
  async (timeout) => {
    await settlesWithin(engine.close({ timeout: drainTime(timeout) }), timeout);
    host.exit(exitCodes.stopped);
  };

/** Each listener with what the master is bound to. A script that changed since the master read it may want others. */
const pairs = (
  listens: readonly ListenOptions[],
  { bound }: WorkerRole,
): { listen: ListenOptions; bound: WorkerRole["bound"][number] }[] => {
  const same = listens.length === bound.length && listens.every((listen, index) => mayBe(listen, bound[index]!.port));
  if (!same) {
    const reason = `the service listens on port ${bound.map(({ port }) => port).join(", ")} and its script wants something else: stop and start it`;
    throw new ReactorError("SKITAI_REACTOR_START_FAILED", { reason });
  }
  return listens.map((listen, index) => ({ listen, bound: bound[index]! }));
};

const mayBe = (listen: ListenOptions, port: number): boolean => [0, port].includes(bindAddress(listen).port);
