import { mkdirSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { Engine, type NodeRequest, type NodeResponse } from "../../src/index.ts";
import { textApp, uploadApp } from "./app.ts";
import { certificateFor } from "./certificate.ts";
import { eventually } from "./eventually.ts";
import { http2Request, http2Session } from "./http2-request.ts";
import { flags, headers, rawHttp2, request, type RawHttp2, type RawHttp2Options } from "./raw-http2.ts";
import { suiteDirectory } from "./temporary-directory.ts";

/** An engine that hostile clients of HTTP/2 are let loose on. */
export interface Besieged {
  readonly engine: Engine;
  readonly port: number;
  /** A client of HTTP/2 that behaves; it is gone after the test. */
  guest(): Promise<ClientHttp2Session>;
  /** The file at `/file.bin`. */
  readonly file: string;
  /** Requests whose answers have not come to an end. */
  readonly open: number;
  /** Lengths of the bodies that `/sized/` took for whole ones. */
  readonly taken: readonly number[];
  /** Connections of the engine but the one of a bystander, which is there from the beginning of each test to its end. */
  connections(): number;
  /** A client that misbehaves; it is gone after the test. */
  hostile(first?: Buffer, options?: RawHttp2Options): Promise<RawHttp2>;
}

/** How long clients may be slow here, in milliseconds. */
export const requestTimeout = 150;

/** What `/big` answers. */
export const big: string = "x".repeat(1_000_000);

/**
 * Starts an engine for a file of tests. After each of them another client must be served, and nothing may be left of any.
 */
export const besieged = (): Besieged => {
  const directory = suiteDirectory();
  const file = join(directory, "www", "file.bin");
  mkdirSync(join(directory, "www"));
  writeFileSync(file, Buffer.alloc(5_000_000));
  const engine = new Engine({
    directory,
    requestLog: false,
    requestTimeout,
    bodyTimeout: 1_000,
    http2KeepAlive: 300,
    maxHeaderSize: "16kb",
    maxHeaders: 100,
    maxStreams: 20,
    maxPostBodySize: "300kb",
    compressFrom: false,
  });
  const clients: RawHttp2[] = [];
  const taken: number[] = [];
  let open = 0;
  let port = 0;
  let securePort = 0;
  let bystander: Agent;
  const guests: ClientHttp2Session[] = [];
  const guest = async (): Promise<ClientHttp2Session> => {
    const session = await http2Session(`http://127.0.0.1:${port}`);
    guests.push(session);
    return session;
  };
  const count = (res: NodeResponse): void => {
    open++;
    res.once("close", () => open--);
  };
  engine.mount("/", "www");
  engine.mount(
    "/",
    textApp((was) => {
      count(was.res);
      return was.path === "/big" ? big : `${was.host} ${was.req.url}`;
    }),
  );
  engine.mount(
    "/other",
    textApp(() => "of another host"),
    { host: "b.example", name: "other" },
  );
  engine.mount("/upload", uploadApp(30_000), { name: "upload" });
  for (const [name, listener] of Object.entries(listeners(taken))) {
    engine.mount(
      `/${name}`,
      (req: NodeRequest, res: NodeResponse) => {
        count(res);
        return listener(req, res);
      },
      { name },
    );
  }
  const all = (): number => (engine.status("server")["server"] as { connections: number }).connections;

  beforeAll(async () => {
    ({ port } = await engine.listen({ port: 0 }));
    ({ port: securePort } = await engine.listen({ port: 0, tls: await certificateFor(["localhost"]) }));
  });
  beforeEach(async () => {
    bystander = new Agent({ keepAlive: true, maxSockets: 1 });
    await askOnce(port, bystander, false);
  });
  afterEach(async () => {
    await askOnce(port, bystander, true);
    const { status } = await http2Request(await guest(), { ":path": "/alive" });
    if (status !== 200) throw new Error(`A new client was answered ${status}.`);
    bystander.destroy();
    for (const session of guests.splice(0)) session.close();
    for (const { socket } of clients.splice(0)) socket.destroy();
    await eventually(() => all() === 0 && open === 0);
    taken.length = 0;
  });
  afterAll(() => engine.close({ timeout: 0 }));

  return {
    engine,
    file,
    taken,
    guest,
    connections: () => all() - 1,
    get port() {
      return port;
    },
    get open() {
      return open;
    },
    hostile: async (first, options = {}) => {
      const client = await rawHttp2(options.secure ? securePort : port, first, options);
      clients.push(client);
      return client;
    },
  };
};

/** A request that must be answered, on a connection that is there already or is not. */
const askOnce = (port: number, agent: Agent, again: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const req = get({ port, host: "127.0.0.1", path: "/alive", agent }, (res) => {
      res.resume().once("end", () => {
        if (res.statusCode === 200 && req.reusedSocket === again) resolve();
        else reject(new Error(`The bystander was answered ${res.statusCode} on ${req.reusedSocket ? "its" : "a new"} connection.`));
      });
    });
    req.once("error", reject);
  });

type Listener = (req: NodeRequest, res: NodeResponse) => unknown;

const listeners = (taken: number[]): Record<string, Listener> => ({
  thinking: async (_req, res) => {
    await wait(requestTimeout * 2);
    res.end(big);
  },
  late: async (req, res) => {
    await wait(requestTimeout * 2);
    let length = 0;
    for await (const chunk of req) length += (chunk as Buffer).length;
    res.end(`got ${length} bytes`);
  },
  "answers-first": (req, res) => {
    req.once("data", () => {
      req.pause();
      res.end("enough");
    });
  },
  sized: (req, res) => {
    let length = 0;
    req.on("data", (chunk: Buffer) => (length += chunk.length));
    req.on("end", () => {
      if (!req.aborted) taken.push(length);
      res.end();
    });
  },
});

/** The head of a POST whose body follows. */
export const post = (stream: number, path: string, more: readonly [string, string][] = []): Buffer =>
  headers(stream, [...request(path, "POST"), ...more], flags.endHeaders);

/** 0 and on, so many. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
