import { get, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { Engine } from "../src/index.ts";
import { http2Session } from "./support/http2-request.ts";

const endless = (): Readable => Readable.from(forEver());

const forEver = async function* (): AsyncGenerator<string> {
  for (;;) {
    await turn();
    yield "x".repeat(1_000);
  }
};

interface Served {
  engine: Engine;
  port: number;
  lines: string[];
}

const serving = async (app: object): Promise<Served> => {
  const engine = new Engine({ requestLog: false, compressFrom: false }).mount("/", app);
  onTestFinished(() => engine.close({ timeout: 0 }));
  const lines: string[] = [];
  const { port } = await engine.listen({ port: 0 });
  for (const name of ["app", "server"]) engine.wac.logger.get(name).log = (message) => void lines.push(message);
  return { engine, port, lines };
};

/** Leaves as soon as the answer has begun. */
const leave = (port: number): Promise<void> =>
  new Promise((resolve) => {
    const request = get({ port, agent: false }, (res) => {
      res.on("error", () => {}).on("close", resolve);
      request.destroy();
    });
    request.on("error", () => {});
  });

const leaveHttp2 = async (port: number): Promise<void> => {
  const session = await http2Session(`http://127.0.0.1:${port}`);
  const stream = session.request({ ":path": "/" });
  await new Promise((resolve) => stream.once("response", resolve));
  await new Promise<void>((resolve) => stream.on("error", () => {}).close(8, resolve));
  session.close();
};

const failures = (engine: Engine): unknown => (engine.status("server")["server"] as { failures: number }).failures;

test.each([
  ["HTTP/1.1", leave],
  ["HTTP/2", leaveHttp2],
])("a listener whose answer breaks off because its client leaves has not failed (%s)", async (_, go) => {
  const ended = Promise.withResolvers<unknown>();
  const { engine, port, lines } = await serving(async (_req: IncomingMessage, res: ServerResponse) => {
    try {
      await pipeline(endless(), res);
    } catch (error) {
      ended.resolve(error);
      throw error;
    }
  });
  await go(port);
  expect(await ended.promise).toMatchObject({ code: expect.stringMatching(/^E/) });
  await turn();
  expect([lines, failures(engine)]).toEqual([[], 0]);
});

test("a fetch handler that gives up when its client leaves has not failed", async () => {
  const ended = Promise.withResolvers<unknown>();
  const { engine, port, lines } = await serving({
    fetch: async ({ signal }: Request) => {
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason));
      return aborted.promise.catch((error: unknown) => {
        ended.resolve(error);
        throw error;
      });
    },
  });
  const request = get({ port, agent: false }).on("error", () => {});
  request.once("socket", (socket) => socket.once("connect", () => setImmediate(() => request.destroy())));
  expect(await ended.promise).toMatchObject({ name: "AbortError" });
  await turn();
  expect([lines, failures(engine)]).toEqual([[], 0]);
});

test("neither has a Koa app", async () => {
  const ended = Promise.withResolvers<unknown>();
  const koa = new Koa();
  koa.use(async (context) => {
    context.respond = false;
    try {
      await pipeline(endless(), context.res);
    } catch (error) {
      ended.resolve(error);
      throw error;
    }
  });
  const { engine, port, lines } = await serving(koa);
  await leave(port);
  await ended.promise;
  await turn();
  expect([lines, failures(engine)]).toEqual([[], 0]);
});

test("a listener that fails of itself when its client has left is noted", async () => {
  const noted = Promise.withResolvers<string>();
  const { engine, port } = await serving(async (_req: IncomingMessage, res: ServerResponse) => {
    await pipeline(endless(), res).catch(() => {});
    throw new TypeError("no such table");
  });
  engine.wac.logger.get("app").log = noted.resolve;
  await leave(port);
  expect(await noted.promise).toContain("no such table");
});

test("answers from 500 on are failures, whoever writes them", async () => {
  const statuses: Record<string, number> = { "/a": 500, "/b": 503, "/c": 404, "/d": 200 };
  const { engine } = await serving((req: IncomingMessage, res: ServerResponse) => res.writeHead(statuses[req.url!]!).end());
  for (const path of Object.keys(statuses)) await engine.request(path);
  expect(failures(engine)).toBe(2);
  const { engine: other } = await serving({ fetch: () => new Response("", { status: 500 }) });
  await other.request("/");
  expect(failures(other)).toBe(1);
});

test("a listener that throws has failed once", async () => {
  const { engine, lines } = await serving(() => {
    throw new Error("broken");
  });
  expect((await engine.request("/")).status).toBe(500);
  expect([lines.length, failures(engine)]).toEqual([1, 1]);
});
