import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Engine, mountable, type RunOptions, type Service } from "../src/index.ts";
import { resolveRunOptions } from "../src/process/run-options.ts";
import { startWorker } from "../src/process/worker.ts";
import { eventually } from "./support/eventually.ts";
import { FakeHost } from "./support/fake-host.ts";

const bound: AddressInfo = { address: "127.0.0.1", family: "IPv4", port: 4711 };

interface Worker {
  engine: Engine;
  host: FakeHost;
  service: Promise<Service>;
  /** What an app asks for. */
  ask: (what: "restart" | "shutdown") => Promise<unknown>;
}

/** A worker in this process; its master is the test. */
const worker = (options: RunOptions = {}, prepare: (engine: Engine) => void = () => {}, successor = false): Worker => {
  const host = new FakeHost();
  const engine = new Engine({ requestLog: false, workerId: "W3" });
  let wanted: "restart" | "shutdown" | undefined;
  engine.mount("/", {
    [mountable]: () => ({
      target: undefined,
      watch: ["/srv/shop"],
      handle: (was) => {
        if (wanted) was[wanted]();
        was.res.end();
      },
    }),
  });
  prepare(engine);
  onTestFinished(() => engine.close({ timeout: 0 }));
  const service = startWorker(
    engine,
    resolveRunOptions({ listen: [{ port: 4711 }], ...options }),
    { number: 3, bound: [bound], successor },
    host,
  );
  const ask = (what: "restart" | "shutdown"): Promise<unknown> => {
    wanted = what;
    return engine.request("/");
  };
  return { engine, host, service, ask };
};

/** A connection as a master hands it over, and the client's end of it. */
const connection = async (): Promise<{ client: Socket; socket: Socket }> => {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await eventually(() => server.listening);
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const socket = await accepted;
  onTestFinished(() => {
    server.close();
    client.destroy();
    socket.destroy();
  });
  return { client, socket };
};

test("a worker tells when it serves, and what to watch", async () => {
  const { host, service } = worker();
  expect(await service).toMatchObject({ role: "worker", addresses: [{ address: "127.0.0.1", port: 4711 }] });
  expect(host.sent).toEqual([{ skitai: "ready", watch: ["/srv/shop"] }]);
});

test.each([true, false])("apps in it know whether it takes the place of another (%s)", async (successor) => {
  const seen: unknown[] = [];
  const note = (engine: Engine): void => {
    engine.mount("/x", { [mountable]: (site) => (seen.push(site.successor), { target: undefined, handle: () => {} }) });
  };
  await worker({}, note, successor).service;
  expect(seen).toEqual([successor]);
});

test("a worker serves the connections that it is given, and is gone when they are done", async () => {
  const { host, service } = worker();
  await service;
  const { client, socket } = await connection();
  host.emit("message", { skitai: "connection", listener: 0 }, socket);
  expect(host.sent.at(-1)).toEqual({ skitai: "taken", open: 1 });
  host.emit("message", { skitai: "leave", timeout: 10_000 });
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const answer = String(await new Promise((resolve) => client.once("data", resolve)));
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\nConnection: close\r\n/i);
  await eventually(() => host.exits.length === 1);
  expect(host.exits).toEqual([0]);
});

test("a worker that cannot serve tells why, and ends with exit code 1", async () => {
  const { host } = worker({}, (engine) => {
    engine.use(function broken() {
      throw new TypeError("no such table");
    });
  });
  await eventually(() => host.exits.length === 1);
  expect(host.exits).toEqual([1]);
  expect(host.sent).toEqual([
    {
      skitai: "failed",
      message: "The plugin broken failed: no such table",
      details: expect.stringMatching(/^<TypeError> no such table\n/),
    },
  ]);
});

test.each([
  ["another number of listeners", [{ port: 4711 }, { port: 4712 }]],
  ["another port", [{ port: 4712 }]],
])("a worker whose script wants %s than its master has does not serve", async (_, listen) => {
  const { host } = worker({ listen });
  await eventually(() => host.exits.length === 1);
  expect(host.sent).toEqual([
    { skitai: "failed", message: "the service listens on port 4711 and its script wants something else: stop and start it", details: "" },
  ]);
});

test.each(["SIGTERM", "SIGQUIT"])("a worker that gets %s says that it leaves, and ends", async (signal) => {
  const { host, service } = worker();
  await service;
  host.emit(signal);
  expect(host.sent.at(-1)).toEqual({ skitai: "leaving" });
  await eventually(() => host.exits.length === 1);
  expect(host.exits).toEqual([0]);
});

test("a worker whose engine an app closes says that it leaves, and ends", async () => {
  const { engine, host, service } = worker();
  await service;
  await engine.close();
  expect(host.sent.at(-1)).toEqual({ skitai: "leaving" });
  await eventually(() => host.exits.length === 1);
  expect(host.exits).toEqual([0]);
});

test("a worker that its master lets go does not say so itself", async () => {
  const { host, service } = worker();
  await service;
  host.emit("message", { skitai: "leave", timeout: 1_000 });
  await eventually(() => host.exits.length === 1);
  expect(host.sent).not.toContainEqual({ skitai: "leaving" });
});

test("SIGINT and SIGHUP are for the master, SIGUSR1 and an order of the master open new logs", async () => {
  const { engine, host, service } = worker();
  await service;
  let opened = 0;
  engine.logs.reopen = () => void opened++;
  for (const signal of ["SIGINT", "SIGHUP", "SIGUSR1"]) host.emit(signal);
  host.emit("message", { skitai: "reopen logs" });
  expect(opened).toBe(2);
  expect(host.exits).toEqual([]);
});

test.each(["restart", "shutdown"] as const)("was.%s() is passed on to the master", async (what) => {
  const { host, service, ask } = worker();
  await service;
  await ask(what);
  expect(host.sent.at(-1)).toEqual({ skitai: what });
});

test("a worker asks its master for its own restart, and ends by close()", async () => {
  const { host, service } = worker();
  const { restart, close } = await service;
  await restart();
  expect(host.sent.at(-1)).toEqual({ skitai: "restart" });
  await close({ timeout: "1s" });
  expect(host.sent.at(-1)).toEqual({ skitai: "leaving" });
  expect(host.exits).toEqual([0]);
});

test("a worker reports what it uses when there is a critical point", async () => {
  const { host, service } = worker({ criticalPoint: { interval: 10 } });
  await service;
  await eventually(() => host.sent.length > 1);
  const { cpu, rss, heap, delay } = host.sent[1] as Record<string, number>;
  expect(cpu).toBeGreaterThan(10);
  expect(rss).toBeGreaterThan(heap!);
  expect(heap).toBeGreaterThan(1_000_000);
  expect(delay).toBeGreaterThanOrEqual(0);
});
