import cluster from "node:cluster";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { writeFileSync } from "node:fs";
import { get as getSecure } from "node:https";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Engine, run, type RunOptions, type Service } from "../src/index.ts";
import type { ServiceOptions } from "./fixtures/process/service.ts";
import { certificateFor } from "./support/certificate.ts";
import { eventually } from "./support/eventually.ts";
import { ask, load, type Answer } from "./support/load.ts";
import { lives, serviceScript } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

/** Runs a service with this process as its master; its workers are of the usual script. */
const runHere = async (options: RunOptions, more: ServiceOptions = {}): Promise<{ service: Service; port: number }> => {
  const { title } = process;
  cluster.setupPrimary({ exec: serviceScript, args: [] });
  const all = { listen: [{ port: 0 }], ...options };
  process.env["SERVICE"] = JSON.stringify({ ...all, ...more });
  const engine = new Engine({ requestLog: false });
  engine.mount("/", () => {});
  onTestFinished(() => {
    delete process.env["SERVICE"];
    process.title = title;
  });
  const service = await run(engine, all);
  onTestFinished(() => service.close({ timeout: "1s" }));
  return { service, port: service.addresses[0]!.port };
};

/** Gets a page over HTTP/2 with prior knowledge. */
const askHttp2 = (session: ClientHttp2Session, path: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path });
    let status = 0;
    let text = "";
    stream.once("response", (headers) => (status = headers[":status"]!));
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    stream.once("error", reject);
    stream.once("end", () =>
      text === "" ? reject(new Error("cut off")) : resolve({ status, ...(JSON.parse(text) as Omit<Answer, "status">) }),
    );
  });

test("restart() puts new workers in the place of all, and tells when that is done", async () => {
  const { service, port } = await runHere({ workers: 2 });
  expect(service).toMatchObject({ role: "master", addresses: [{ address: "127.0.0.1", port }] });
  const { result, stop } = load(port, { clients: 4, keepAlive: true });
  await eventually(() => result.pids.size === 2);
  const before = [...result.pids];
  await Promise.all([service.restart(), service.restart()]);
  await eventually(() => result.pids.size === 4 && !before.some(lives));
  expect((await stop()).failures).toEqual([]);
});

test("restart() fails when a new worker cannot serve, and the one before goes on", async () => {
  const { service, port } = await runHere({ workers: 1 });
  const { pid } = await ask(port);
  process.env["SERVICE"] = JSON.stringify({ listen: [{ port: 0 }], throws: 0 });
  await expect(service.restart()).rejects.toMatchObject({
    code: "SKITAI_REACTOR_START_FAILED",
    message: "worker #0 ended with code 1: Error: this worker never starts",
  });
  expect((await ask(port)).pid).toBe(pid);
});

test("a script that wants another port than before does not get a worker", async () => {
  const { service, port } = await runHere({ workers: 1 });
  process.env["SERVICE"] = JSON.stringify({ listen: [{ port: 1 }] });
  await expect(service.restart()).rejects.toThrow(
    `the service listens on port ${port} and its script wants something else: stop and start it`,
  );
});

test("close() ends the workers and frees the port, however often it is called", async () => {
  const { service, port } = await runHere({ workers: 2 });
  const { pid } = await ask(port);
  const answer = ask(port, "/slow");
  await ask(port);
  await Promise.all([service.close(), service.close()]);
  expect((await answer).status).toBe(200);
  expect(lives(pid)).toBe(false);
  await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
});

test("a start that fails leaves neither workers nor the port", async () => {
  const error: unknown = await runHere({ workers: 2 }, { throws: 1 }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "SKITAI_REACTOR_START_FAILED" });
  expect(Object.values(cluster.workers ?? {})).toEqual([]);
});

test("HTTP/2 connections are handed over too, and a restart under load loses none of their requests", async () => {
  const { service, port } = await runHere({ workers: 1 });
  let session: ClientHttp2Session | undefined;
  const current = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    const opened = connectHttp2(`http://127.0.0.1:${port}`);
    opened.once("goaway", () => (session = undefined));
    opened.on("error", () => {});
    onTestFinished(() => opened.destroy());
    return (session = opened);
  };
  const pids = new Set<number>();
  let restarted = false;
  const client = async (): Promise<void> => {
    while (!restarted || pids.size < 2) {
      try {
        pids.add((await askHttp2(current(), "/who")).pid);
      } catch (error) {
        // What a client had not sent when it heard of the end is for a new connection (RFC 9113 section 8.7).
        if (!/REFUSED_STREAM|GOAWAY/.test(String(error))) throw error;
        session = undefined;
      }
    }
  };
  const clients = [client(), client(), client()];
  await eventually(() => pids.size === 1);
  await service.restart();
  restarted = true;
  await Promise.all(clients);
  expect(pids.size).toBe(2);
});

test("TLS connections are handed over too", async () => {
  const { cert, key } = await certificateFor(["localhost"]);
  const { port } = await runHere({ workers: 1, listen: [{ port: 0, tls: { cert, key } }] });
  const status = await new Promise((resolve, reject) => {
    getSecure({ port, host: "127.0.0.1", servername: "localhost", path: "/who", ca: cert, agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
    }).once("error", reject);
  });
  expect(status).toBe(200);
});

test("each listener's connections go to what it serves", async () => {
  const { service } = await runHere({ workers: 1, listen: [{ port: 0 }, { port: 0, forwardTo: 443 }] });
  const [first, second] = service.addresses;
  expect((await ask(first!.port)).status).toBe(200);
  await expect(ask(second!.port)).rejects.toThrow(/^301/);
});

test.skipIf(process.platform !== "linux")("with reusePort each worker has a socket of its own", async () => {
  const { port } = await runHere({ workers: 2, reusePort: true });
  const { result, stop } = load(port, { clients: 4, keepAlive: false });
  await eventually(() => result.pids.size === 2);
  expect((await stop()).failures).toEqual([]);
});

test("a connection that a worker was given but has not taken goes to its successor", async () => {
  const { port } = await runHere({ workers: 1 });
  const { pid } = await ask(port);
  process.kill(pid, "SIGSTOP");
  const answers = [ask(port), ask(port), ask(port)];
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(pid, "SIGKILL");
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200, number: 0 });
});

test("a worker that stands still holds up one connection and no more", async () => {
  const { port } = await runHere({ workers: 2 });
  const { pid } = await ask(port);
  process.kill(pid, "SIGSTOP");
  const answered: number[] = [];
  const answers = Array.from({ length: 10 }, async () => void answered.push((await ask(port)).pid));
  await eventually(() => answered.length >= 9);
  expect(answered).not.toContain(pid);
  process.kill(pid, "SIGCONT");
  await Promise.all(answers);
});

test("was.restart() replaces a worker, was.shutdown() ends it for good, and the other one serves on", async () => {
  const { port } = await runHere({ workers: 2 });
  await ask(port, "/restart");
  const { result, stop } = load(port, { clients: 4, keepAlive: false });
  await eventually(() => result.pids.size === 3);
  expect((await stop()).failures).toEqual([]);
  await ask(port, "/shutdown");
  await eventually(() => Object.values(cluster.workers ?? {}).length === 1);
  expect((await ask(port)).status).toBe(200);
});

test("a worker that dies is started again, and one that cannot start is tried again", async () => {
  const { port } = await runHere({ workers: 1 });
  const before = process.env["SERVICE"]!;
  process.env["SERVICE"] = JSON.stringify({ listen: [{ port: 0 }], throws: 0 });
  await expect(ask(port, "/exit")).rejects.toThrow();
  await eventually(() => Object.values(cluster.workers ?? {}).length === 0);
  process.env["SERVICE"] = before;
  expect((await ask(port)).status).toBe(200);
});

test("TERM to a worker brings its successor", async () => {
  const { port } = await runHere({ workers: 1 });
  const { pid } = await ask(port);
  process.kill(pid, "SIGTERM");
  await eventually(async () => (await ask(port)).pid !== pid);
  await eventually(() => !lives(pid));
});

test("a worker over its limit is replaced", async () => {
  const { port } = await runHere({ workers: 1, gracefulTimeout: "1s", criticalPoint: { rss: "1kb", continuous: 0, interval: 50 } });
  const { pid } = await ask(port);
  await eventually(async () => (await ask(port)).pid !== pid);
});

test("a change of what an app wants watched replaces the workers", async () => {
  const directory = temporaryDirectory();
  const { port } = await runHere({ workers: 1 }, { watch: [directory] });
  const { pid } = await ask(port);
  await eventually(async () => {
    writeFileSync(join(directory, "app.ts"), String(Math.random()));
    return (await ask(port)).pid !== pid;
  });
});
