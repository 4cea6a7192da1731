import { Agent, createServer, get, request, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { Engine, mountable, type EngineOptions, type MountedApp } from "../src/index.ts";
import { textApp } from "./support/app.ts";
import { exchange } from "./support/exchange.ts";
import { http2Request, http2Session } from "./support/http2-request.ts";

/** An engine whose `/wait` answers when it is told to. */
const gated = async (options: EngineOptions = {}) => {
  const engine = new Engine({ requestLog: false, ...options });
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<string>();
  engine.mount(
    "/",
    textApp((was) => {
      if (was.path !== "/wait") return "quick";
      entered.resolve();
      return gate.promise;
    }),
  );
  const { port } = await engine.listen({ port: 0 });
  return { engine, port, entered: entered.promise, open: () => gate.resolve("late") };
};

const ask = (port: number, path: string, agent: Agent | false): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get({ port, path, agent }, (res) => res.resume().once("end", () => resolve(res))).on("error", reject);
  return promise;
};

test("a connection beyond the limit may break while it is refused", async () => {
  await using engine = new Engine({ requestLog: false, maxConnections: 0 });
  engine.mount(
    "/",
    textApp(() => ""),
  );
  let accept!: (socket: Socket) => void;
  await engine.listen({}, { open: async (_, given) => ((accept = given), { address: "", family: "", port: 0 }), stop: async () => {} });
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done(new Error("reset")) });
  accept(socket as Socket);
  await new Promise((resolve) => socket.once("close", resolve));
  expect(socket.errored).toMatchObject({ message: "reset" });
});

describe("close", () => {
  test("leaves no port open that was about to be", async () => {
    for (const turns of [0, 1, 2, 5, 10]) {
      const engine = new Engine({ requestLog: false });
      engine.mount(
        "/",
        textApp(() => ""),
      );
      const listening = engine.listen({ port: 0 });
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const closed = engine.close({ timeout: 0 });
      await expect(listening).rejects.toMatchObject({ code: "SKITAI_REACTOR_ALREADY_CLOSED" });
      await closed;
    }
  });

  test("answers what is under way and says Connection: close", async () => {
    const { engine, port, entered, open } = await gated();
    const answer = ask(port, "/wait", new Agent({ keepAlive: true }));
    await entered;
    const closed = engine.close();
    open();
    expect((await answer).statusCode).toBe(200);
    await closed;
  });

  test("lets an idle keep-alive connection send one more request, and ends it then", async () => {
    const { engine, port } = await gated();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(port, "/", agent);
    const closed = engine.close();
    const last = await ask(port, "/", agent);
    expect([last.statusCode, last.headers.connection]).toEqual([200, "close"]);
    await closed;
  });

  test("refuses new connections at once", async () => {
    const { engine, port, entered, open } = await gated();
    const answer = ask(port, "/wait", false);
    await entered;
    const closed = engine.close();
    await expect(ask(port, "/", false)).rejects.toThrow("ECONNREFUSED");
    open();
    await Promise.all([answer, closed]);
  });

  test("cuts off what is left at the deadline", async () => {
    const { engine, port, entered } = await gated();
    const answer = ask(port, "/wait", false);
    await entered;
    const broken = expect(answer).rejects.toThrow();
    await engine.close({ timeout: 50 });
    await broken;
  });

  test("sends GOAWAY and finishes the open streams of HTTP/2", async () => {
    const { engine, port, entered, open } = await gated();
    const session = await http2Session(`http://127.0.0.1:${port}`);
    const gone = Promise.withResolvers<void>();
    session.on("goaway", () => gone.resolve());
    const answer = http2Request(session, { ":path": "/wait" });
    await entered;
    const closed = engine.close();
    await gone.promise;
    open();
    expect((await answer).body).toBe("late");
    await closed;
  });

  test("closes connections that never said anything", async () => {
    const { engine, port } = await gated();
    const ended = Promise.withResolvers<void>();
    const socket = connect(port, "127.0.0.1", () => void engine.close({ timeout: 400 }));
    socket.on("close", () => ended.resolve());
    await ended.promise;
    await engine.close();
  });

  test("lets the shorter of two deadlines win", async () => {
    const { engine, port, entered } = await gated();
    const answer = ask(port, "/wait", false);
    await entered;
    const broken = expect(answer).rejects.toThrow();
    const closed = engine.close({ timeout: "1h" });
    void engine.close({ timeout: 20 });
    await Promise.all([closed, broken]);
  });

  test("lets no further call lengthen the time", async () => {
    const { engine, port, entered } = await gated();
    const broken = expect(ask(port, "/wait", false)).rejects.toThrow();
    await entered;
    void engine.close({ timeout: 20 });
    await engine.close({ timeout: "1h" });
    await broken;
  });

  test("is idempotent, and nothing can be asked of a closed engine", async () => {
    const { engine } = await gated();
    const first = engine.close({ timeout: 100 });
    expect(engine.close()).toBe(first);
    await first;
    await expect(engine.request("/")).rejects.toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_CLOSED" }));
    await expect(engine.listen({ port: 0 })).rejects.toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_CLOSED" }));
  });
});

describe("close while apps are loaded", () => {
  /** Two apps, of which the first is ready when it is told to. */
  const slowlyLoaded = () => {
    const engine = new Engine({ requestLog: false });
    const told: string[] = [];
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const app = (name: string): MountedApp => ({
      target: {},
      handle: (was) => void was.res.end(name),
      mounted: () => void told.push(`mounted ${name}`),
      umounted: () => void told.push(`umounted ${name}`),
    });
    engine.mount("/slow", {
      [mountable]: async () => {
        entered.resolve();
        await gate.promise;
        return app("slow");
      },
    });
    engine.mount("/next", { [mountable]: () => (told.push("loaded next"), app("next")) });
    return { engine, told, entered: entered.promise, open: () => gate.resolve() };
  };

  test("waits for the app that is being loaded, tells it, and loads no other", async () => {
    const { engine, told, entered, open } = slowlyLoaded();
    const answer = engine.request("/slow/");
    await entered;
    const closed = engine.close();
    open();
    await expect(answer).rejects.toMatchObject({ code: "SKITAI_REACTOR_ALREADY_CLOSED" });
    await closed;
    expect(told).toEqual(["umounted slow"]);
  });

  test("tells an app that is ready after the deadline", async () => {
    const { engine, told, entered, open } = slowlyLoaded();
    const answer = engine.request("/slow/");
    await entered;
    await engine.close({ timeout: 0 });
    expect(told).toEqual([]);
    open();
    await expect(answer).rejects.toMatchObject({ code: "SKITAI_REACTOR_ALREADY_CLOSED" });
    await expect.poll(() => told).toEqual(["umounted slow"]);
  });
});

describe("close of an engine within another server", () => {
  const around = async (next: boolean) => {
    const engine = new Engine({ requestLog: false });
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<string>();
    const told: string[] = [];
    const app = textApp(() => (entered.resolve(), gate.promise), { umounted: () => void told.push("umounted") });
    engine.mount("/", app);
    const listener = engine.listener();
    const server = createServer((req, res) =>
      listener(req, res, next ? (error) => res.end(`not here: ${(error as { code?: string }).code}`) : undefined),
    );
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close().closeAllConnections());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { engine, url, told, entered: entered.promise, open: () => gate.resolve("late") };
  };

  test("answers what is under way before apps are told", async () => {
    const { engine, url, told, entered, open } = await around(false);
    const answer = fetch(url);
    await entered;
    const closed = engine.close().then(() => told.push("closed"));
    expect((await fetch(url)).status).toBe(503);
    expect(told).toEqual([]);
    open();
    expect(await (await answer).text()).toBe("late");
    await closed;
    expect(told).toEqual(["umounted", "closed"]);
  });

  test("leaves further requests to the server around it", async () => {
    const { engine, url } = await around(true);
    await engine.close();
    expect(await (await fetch(url)).text()).toBe("not here: SKITAI_REACTOR_ALREADY_CLOSED");
  });

  test("gives no further listener", async () => {
    const { engine } = await around(false);
    await engine.close();
    expect(() => engine.listener()).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_CLOSED" }));
  });
});

describe("health", () => {
  test("readiness turns 503 while the engine drains, liveness does not", async () => {
    const { engine, port, entered, open } = await gated({ health: { live: "/livez", ready: "/readyz" } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(port, "/readyz", agent)).statusCode).toBe(200);
    const other = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(port, "/livez", other)).statusCode).toBe(200);
    const waiting = ask(port, "/wait", false);
    await entered;
    const closed = engine.close();
    expect((await ask(port, "/readyz", agent)).statusCode).toBe(503);
    expect((await ask(port, "/livez", other)).statusCode).toBe(200);
    open();
    await Promise.all([waiting, closed]);
  });

  test("paths are the app's own unless asked for", async () => {
    const { engine, port } = await gated();
    const { text } = await exchange(port, "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(text).toContain("quick");
    await engine.close({ timeout: 50 });
  });
});

describe("limits of connections", () => {
  test("one connection too many is told 503", async () => {
    const { engine, port } = await gated({ maxConnections: 1 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(port, "/", agent);
    const { statuses, closed } = await exchange(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect([statuses, closed]).toEqual([[503], true]);
    agent.destroy();
    await expect.poll(async () => (await exchange(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).statuses).toEqual([200]);
    await engine.close({ timeout: 50 });
  });

  test("a connection ends after its last allowed request", async () => {
    const { engine, port } = await gated({ maxRequestsPerConnection: 2 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connections = [];
    for (let at = 0; at < 3; at++) connections.push((await ask(port, "/", agent)).headers.connection);
    expect(connections).toEqual(["keep-alive", "close", "keep-alive"]);
    agent.destroy();
    await engine.close({ timeout: 50 });
  });

  test("the time for all of a request may be shorter than the time for its head", async () => {
    const { engine, port } = await gated({ bodyTimeout: 100, requestTimeout: "30s" });
    const { statuses, closed } = await exchange(port, "GET / HTTP/1.1\r\nHost:");
    expect([statuses, closed]).toEqual([[408], true]);
    await engine.close({ timeout: 50 });
  });

  test("an idle connection ends after the keep-alive time", async () => {
    const { engine, port } = await gated({ keepAlive: 50 });
    const { statuses, closed } = await exchange(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect([statuses, closed]).toEqual([[200], true]);
    await engine.close({ timeout: 50 });
  });

  test("a slow handler outlives the keep-alive time", async () => {
    const engine = new Engine({ requestLog: false, keepAlive: 40 });
    engine.mount("/", (_req: IncomingMessage, res: ServerResponse) => void setTimeout(() => res.end("late"), 200));
    const { port } = await engine.listen({ port: 0 });
    const { statuses, closed } = await exchange(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect([statuses, closed]).toEqual([[200], true]);
    await engine.close({ timeout: 50 });
  });

  test("the keep-alive time is told to the client", async () => {
    const { engine, port } = await gated({ keepAlive: "7s" });
    const agent = new Agent({ keepAlive: true });
    expect((await ask(port, "/", agent)).headers["keep-alive"]).toBe("timeout=7");
    agent.destroy();
    await engine.close({ timeout: 50 });
  });

  test("a client that takes nothing of its answer is cut off", async () => {
    const engine = new Engine({ requestLog: false, requestTimeout: 100, compressFrom: false });
    const body = "x".repeat(64 * 1024 * 1024);
    engine.mount(
      "/",
      textApp(() => body),
    );
    const { port } = await engine.listen({ port: 0 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const req = request({ port, agent: false }, (res) => {
      res.on("close", () => resolve());
      res.on("error", () => {});
      res.pause();
    });
    req.on("error", () => resolve());
    req.end();
    await expect.poll(() => (engine.status("server")["server"] as { connections: number }).connections, { timeout: 5_000 }).toBe(0);
    req.destroy();
    await promise;
    await engine.close({ timeout: 50 });
  });
});
