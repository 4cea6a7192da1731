import type { Socket } from "node:net";
import { reasonOf } from "../errors.ts";
import type { VirtualHost } from "../host/virtual-host.ts";
import type { Listener } from "../http/listener.ts";
import type { Servers } from "../http/servers.ts";
import type { MountedApp } from "../mount/types.ts";
import type { Deadline } from "./deadline.ts";
import type { Embedding } from "./embedding.ts";

export interface DrainParts {
  readonly listeners: readonly Listener[];
  readonly servers: Servers;
  readonly connections: Set<Socket>;
}

export interface ShutdownParts extends DrainParts {
  readonly embedding: Embedding;
  readonly hosts: Iterable<VirtualHost>;
  /** Settles when no app is being loaded any more. */
  readonly loading: Promise<unknown>;
  /** Told what an app could not do. */
  readonly log: (message: string) => void;
}

/** Ends what an engine serves: its apps are told before and after their last requests, also one that was being loaded. */
export const shutDown = async (parts: ShutdownParts, deadline: Deadline): Promise<void> => {
  const answered = parts.embedding.close();
  // Whoever waits for the apps is told why there are none.
  const loading = parts.loading.catch(() => {});
  await Promise.race([loading, deadline.passed]);
  await tell(parts, appsOf(parts.hosts), "beforeUmount");
  await drain(parts, deadline);
  await Promise.race([answered, deadline.passed]);
  parts.servers.close();
  const apps = appsOf(parts.hosts);
  await tell(parts, apps, "umounted");
  // What came too late for the deadline is told when it comes.
  const late = (): MountedApp[] => [...appsOf(parts.hosts)].filter((app) => !apps.has(app));
  void loading.then(() => tell(parts, late(), "umounted"));
};

const appsOf = (hosts: Iterable<VirtualHost>): Set<MountedApp> => new Set([...hosts].flatMap((host) => host.mounts.map(({ app }) => app)));

const tell = async ({ log }: ShutdownParts, apps: Iterable<MountedApp>, what: "beforeUmount" | "umounted"): Promise<void> => {
  for (const app of apps) {
    try {
      await app[what]?.();
    } catch (error) {
      log(`while closing: ${reasonOf(error)}`);
    }
  }
};

/** For how long an idle HTTP/1.x connection may still send its next request, in milliseconds: it may be on its way already. */
const grace = 5_000;
const sweepInterval = 100;

/**
 * Ends a group of connections without failing a request: nothing new is accepted, HTTP/1.x answers say `Connection: close`, HTTP/2
 * connections get GOAWAY, idle ones are closed after a grace period, and what is left at the deadline is cut off.
 */
export const drain = async (parts: DrainParts, deadline: Deadline): Promise<void> => {
  const { servers, connections } = parts;
  await Promise.all(parts.listeners.map((listener) => listener.stop()));
  servers.goAway();
  const begun = performance.now();
  const sweep = setInterval(() => {
    const elapsed = performance.now() - begun;
    // Half of the time that there is, which may have become shorter.
    if (elapsed >= grace || elapsed >= deadline.left) closeIdle(parts);
  }, sweepInterval);
  await emptied(connections, deadline);
  clearInterval(sweep);
  for (const connection of connections) connection.destroy();
};

const closeIdle = ({ servers, connections }: DrainParts): void => {
  servers.closeIdle();
  for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
};

const emptied = async (connections: Set<Socket>, deadline: Deadline): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (connections.size === 0) resolve();
  };
  for (const connection of connections) connection.once("close", check);
  check();
  await Promise.race([promise, deadline.passed]);
  for (const connection of connections) connection.off("close", check);
};
