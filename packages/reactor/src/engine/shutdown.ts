import type { Socket } from "node:net";
import type { Listener } from "../http/listener.ts";
import type { Servers } from "../http/servers.ts";

export interface DrainParts {
  readonly listeners: readonly Listener[];
  readonly servers: Servers;
  readonly connections: Set<Socket>;
}

/** For how long an idle HTTP/1.x connection may still send its next request, in milliseconds: it may be on its way already. */
const grace = 5_000;
const sweepInterval = 100;

/**
 * Ends a group of connections without failing a request: nothing new is accepted, HTTP/1.x answers say `Connection: close`, HTTP/2
 * connections get GOAWAY, idle ones are closed after a grace period, and what is left at the deadline is cut off.
 *
 * @param timeout milliseconds until the cut.
 */
export const drain = async (parts: DrainParts, timeout: number): Promise<void> => {
  const { servers, connections } = parts;
  await Promise.all(parts.listeners.map((listener) => listener.stop()));
  servers.goAway();
  let sweep: NodeJS.Timeout | undefined;
  const patience = setTimeout(
    () => {
      sweep = setInterval(() => closeIdle(parts), sweepInterval);
    },
    Math.min(grace, timeout / 2),
  );
  await emptied(connections, timeout);
  clearTimeout(patience);
  clearInterval(sweep);
  for (const connection of connections) connection.destroy();
};

const closeIdle = ({ servers, connections }: DrainParts): void => {
  servers.closeIdle();
  for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
};

const emptied = (connections: Set<Socket>, timeout: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (connections.size === 0) resolve();
  };
  const deadline = setTimeout(resolve, timeout);
  for (const connection of connections) connection.once("close", check);
  check();
  return promise.finally(() => {
    clearTimeout(deadline);
    for (const connection of connections) connection.off("close", check);
  });
};
