import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { EngineCoordinator } from "../../src/coordination/engine-coordinator.ts";
import { LastUpdates } from "../../src/coordination/last-updates.ts";
import { TrustedProxies } from "../../src/http/trusted-proxies.ts";
import type { NodeRequest, NodeResponse } from "../../src/http/types.ts";
import type { Log, Logger } from "../../src/log/logger.ts";
import type { Mount, MountedApp } from "../../src/mount/types.ts";
import { respondError } from "../../src/response/error-page.ts";
import type { ResponseSettings } from "../../src/response/settings.ts";
import type { EngineServices } from "../../src/was/services.ts";
import { TransactionIdentity } from "../../src/was/transaction.ts";
import { Wac } from "../../src/was/wac.ts";
import { Was, type WasClass } from "../../src/was/was.ts";

export interface WasServerOptions {
  settings?: Partial<ResponseSettings>;
  maxPostBodySize?: number;
  maxMultipartBodySize?: number;
  /** The mount that answers. */
  app?: MountedApp;
  point?: string;
  http2?: boolean;
  /** Runs before the handler, as a server around the engine would. */
  before?: (req: NodeRequest, res: NodeResponse) => void;
}

export interface WasServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly server: Server | Http2Server;
  /** What went into the logs. */
  readonly lines: string[];
  readonly Was: WasClass;
  readonly wac: Wac;
  /** Resolves when a handler ended, with what it threw. */
  readonly outcomes: Promise<unknown>[];
}

/** A server around `handler` with a `was` for each request and none of the engine: what is tested is only what the handler calls. */
export const wasServer = async (handler: (was: Was) => unknown, options: WasServerOptions = {}): Promise<WasServer> => {
  const lines: string[] = [];
  const log: Log = { name: "app", log: (message) => void lines.push(message), write: (line) => void lines.push(line) };
  const logger: Logger = { get: () => log, makeLogger: () => log };
  const waiting = new WeakSet<NodeRequest>();
  class TestWas extends Was {}
  const coordination = new EngineCoordinator(undefined, () => {});
  const updates = new LastUpdates({ coordinator: () => coordination.get(), changed: () => {} });
  const wac = new Wac({ name: "test", logger, config: {}, workerId: "M", workers: 0, coordination, updates, threads: undefined }, TestWas);
  const services: EngineServices = {
    temporaryPath: tmpdir(),
    identity: new TransactionIdentity("test"),
    proxies: new TrustedProxies([]),
    responses: { server: undefined, compressFrom: 2048, debug: false, ...options.settings },
    maxPostBodySize: options.maxPostBodySize ?? 1_000,
    maxMultipartBodySize: options.maxMultipartBodySize ?? 2_000,
    updates,
    threads: undefined,
    failed: () => {},
    appsOf: () => ({}),
    status: () => ({}),
    statusPage: () => "",
    lifecycle: () => {},
    awaitsContinue: (req) => waiting.delete(req),
  };
  Object.assign(TestWas.prototype, { wac, services });
  const mount: Mount | undefined = options.app && { point: options.point ?? "", host: "default", name: "app", app: options.app };
  const outcomes: Promise<unknown>[] = [];
  const listener = (req: NodeRequest, res: NodeResponse): void => {
    options.before?.(req, res);
    const was = new TestWas(req, res, mount, req.url!.split("?")[0]!, 0);
    const answer = async (): Promise<unknown> => {
      try {
        await handler(was);
        return undefined;
      } catch (error) {
        respondError(was, 500, { error });
        return error;
      }
    };
    outcomes.push(answer());
  };
  const expecting = (req: NodeRequest, res: NodeResponse): void => {
    waiting.add(req);
    listener(req, res);
  };
  const server = options.http2 ? createHttp2Server(listener) : createServer(listener as RequestListener);
  server.on("checkContinue", expecting);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    server,
    lines,
    Was: TestWas,
    wac,
    outcomes,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
