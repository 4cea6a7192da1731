import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server that can fall silent: it still accepts, and nothing comes through. */
export interface Relay {
  readonly port: number;
  /** Those that are open to it. */
  readonly connections: number;
  /** Connections that are open now, on both sides of it. */
  readonly open: number;
  pause(): void;
  resume(): void;
  /** Breaks every connection. */
  break(): void;
}

/** Opens one until the test ends. */
export const openRelay = async (host: string, port: number): Promise<Relay> => {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (data) => to.write(data));
      if (isSilent) from.pause();
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get connections(): number {
      return sockets.size / 2;
    },
    get open() {
      return sockets.size;
    },
    pause: () => {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      isSilent = false;
      for (const socket of sockets) socket.resume();
    },
    break: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
};
