import { createServer as createHttpServer, get } from "node:http";
import { connect } from "node:http2";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { suiteDirectory } from "../../reactor/test/support/temporary-directory.ts";
import { fixture } from "./support/served.ts";
import { freePort, startScript, type Ended, type Script } from "./support/script.ts";

const directory = suiteDirectory();
const script = fixture("service", "app.ts");
let count = 0;

/** A service of its own for each test: its wish, with a pid file that no other has. */
const wishFor = (port: number, run: object = {}, calls: unknown[] = []): { calls: unknown[]; run: object } => ({
  calls,
  run: { port, pidFile: join(directory, `${++count}.pid`), varPath: join(directory, String(count)), requestLog: false, ...run },
});

const foreground = async (port: number, run: object = {}, calls: unknown[] = [], args: string[] = []): Promise<Script> => {
  const service = startScript(script, args, wishFor(port, run, calls));
  onTestFinished(async () => {
    if (isAlive(service.pid)) process.kill(service.pid, "SIGINT");
    await service.ended;
  });
  await service.until(/Serving/);
  return service;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** On a connection of its own: one that is open already stays with its worker. */
const ask = (port: number, path = "/"): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ port, path, agent: false }, (res) => {
    let text = "";
    res.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    res.on("end", () => resolve(text));
  }).on("error", reject);
  return promise;
};

/** A server that counts its answers, each of which may be kept. */
const cacheable = async (): Promise<{ url: string }> => {
  let asked = 0;
  const backend = createHttpServer((_, res) => res.setHeader("Cache-Control", "max-age=60").end(`answer ${++asked}`));
  await new Promise<void>((listening) => backend.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void backend.close(() => {}).closeAllConnections());
  return { url: `http://127.0.0.1:${(backend.address() as AddressInfo).port}/` };
};

describe("in the foreground", () => {
  test("a script serves, says where, and works in its own directory", async () => {
    const port = await freePort();
    const service = await foreground(port, { workers: 2 });
    expect(service.out()).toContain(`Serving http://127.0.0.1:${port} (2 workers)`);
    expect(await ask(port)).toBe("Hello World");
    const [pid, place] = (await ask(port, "/pid")).split(" in ");
    expect(place).toBe(fixture("service"));
    expect(Number(pid)).not.toBe(service.pid);
  });

  test("workers: 0 serves in the process itself", async () => {
    const port = await freePort();
    const service = await foreground(port, { workers: 0 });
    expect((await ask(port, "/pid")).split(" in ")[0]).toBe(String(service.pid));
  });

  test("it ends with code 0 on Ctrl-C, and nothing is left", async () => {
    const port = await freePort();
    const service = await foreground(port);
    const [pid] = (await ask(port, "/pid")).split(" in ");
    process.kill(service.pid, "SIGINT");
    expect((await service.ended).code).toBe(0);
    expect(isAlive(Number(pid))).toBe(false);
  });

  test("what was set before run() holds", async () => {
    const port = await freePort();
    await foreground(port, { logPath: join(directory, "logs"), requestLog: true }, [
      ["mount", "/files", "."],
      ["setMaxAge", "/files", 60],
      ["setKeepAlive", "7s"],
      ["setRequestTimeout", "9s"],
      ["setWorkerCriticalPoint", 95, 3, "20s"],
      ["logOff", "/files/"],
    ]);
    const file = await fetch(`http://127.0.0.1:${port}/files/app.ts`);
    expect([file.status, file.headers.get("cache-control"), file.headers.get("keep-alive")]).toEqual([200, "max-age=60", "timeout=7"]);
    await ask(port, "/pid?logged");
    await expect.poll(() => readFileSync(join(directory, "logs", "request.log"), "utf8")).toContain("/pid?logged");
    expect(readFileSync(join(directory, "logs", "request.log"), "utf8")).not.toContain("/files/");
  });

  test("what other servers answer is kept on disk, for all workers, with enableCachefs", async () => {
    const { url } = await cacheable();
    const port = await freePort();
    await foreground(port, { workers: 2 }, [
      ["enableCachefs", { diskmax: "10mb" }],
      ["setMaxRcache", 300],
    ]);
    const answers = [];
    // It is kept after it was answered.
    await expect.poll(() => ask(port, `/asked?url=${encodeURIComponent(url)}`)).toContain('"cached":true');
    for (let at = 0; at < 20; at++)
      answers.push(JSON.parse(await ask(port, `/asked?url=${encodeURIComponent(url)}`)) as { text: string; pid: number });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2);
    expect(existsSync(join(directory, String(count), "cachefs"))).toBe(true);
  });

  test("a cache on disk without a varPath is in the service's own directory", async () => {
    const own = join("/var/tmp", `skitai-app-${createHash("sha256").update(fixture("service")).digest("hex").slice(0, 8)}`, "cachefs");
    onTestFinished(() => rmSync(own, { recursive: true, force: true }));
    const { url } = await cacheable();
    const port = await freePort();
    await foreground(port, { varPath: undefined }, [["enableCachefs", { diskmax: "1mb" }]]);
    // It is kept after it was answered.
    await expect.poll(() => ask(port, `/asked?url=${encodeURIComponent(url)}`)).toContain('"cached":true');
    expect(existsSync(own)).toBe(true);
  });

  test("the result of a call is no answer, and nothing of it is sent", async () => {
    const { url } = await cacheable();
    const port = await freePort();
    const service = await foreground(port, { workers: 0 }, [], ["-v"]);
    expect(await ask(port, `/passed-on?url=${encodeURIComponent(url)}`)).not.toContain("max-age=60");
    await service.until(/what another server answered is sent with its headers only by mistake/);
  });

  test("-v shows on the console what goes into files", async () => {
    const port = await freePort();
    const service = await foreground(port, { logPath: join(directory, "verbose"), requestLog: true }, [], ["-v"]);
    await ask(port);
    await service.until(/GET \/ HTTP\/1\.1/);
  });

  test("HTTP/2 is spoken on the same port", async () => {
    const port = await freePort();
    await foreground(port);
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":path": "/" });
    let text = "";
    for await (const chunk of stream.setEncoding("utf8")) text += chunk;
    session.close();
    expect(text).toBe("Hello World");
  });
});

describe("a script that cannot start says why in one line and ends with code 1", () => {
  const failure = (wish: unknown, args: string[] = []): Promise<Ended> => startScript(script, args, wish).ended;

  test.each([
    ["an unknown command", {}, [], ["retart"], /unknown command: "retart"/],
    ["a missing module", {}, [["mount", "/x", "none.ts"]], [], /none\.ts/],
    ["a missing certificate", {}, [["enableSsl", "none.pem", "none.key"]], [], /none\.pem/],
    ["a bad option", { keepAlive: "soon" }, [], [], /keepAlive.*soon/],
    ["a bad number of workers", { workers: -1 }, [], [], /workers/],
    ["more workers than any machine should have", { workers: 100_000 }, [], [], /workers.*100000/],
    ["an option that does not exist", { prot: 5000 }, [], [], /no option "prot"/],
    ["a port that is text", { port: "5000" }, [], [], /port.*"5000"/],
    ["a certificate for a name and none for the others", {}, [["addCertificate", "a.example", "x", "y"]], [], /enableSsl/],
    ["half a certificate", { certFile: "none.pem" }, [], [], /certFile.*keyFile/],
    ["a cache of no size", {}, [["enableCachefs"]], [], /^skitai\.enableCachefs\(\): .*memmax.*diskmax/],
    ["a cache of a size that is none", {}, [["enableCachefs", { memmax: "1 kilo" }]], [], /^skitai\.enableCachefs\(\): memmax.*"1 kilo"/],
    ["a misspelt setting", {}, [["enableCachefs", { memMax: 1 }]], [], /^skitai\.enableCachefs\(\): .*memMax.*memmax/],
    ["a bad number of results", {}, [["setMaxRcache", -1]], [], /^skitai\.setMaxRcache\(\): count cannot be -1/],
    ["a bad duration", {}, [["setKeepAlive", "soon"]], [], /^skitai\.setKeepAlive\(\): .*soon/],
    ["no time for idle connections", {}, [["setBackendKeepAlive", 0]], [], /^skitai\.setBackendKeepAlive\(\): .*1 ms/],
    ["a bad max-age", {}, [["setMaxAge", "/", -1]], [], /^skitai\.setMaxAge\(\): seconds/],
    ["a port to forward from that is none", {}, [["enableForward", 70_000]], [], /^skitai\.enableForward\(\): port/],
    ["a load that is none", {}, [["setWorkerCriticalPoint", 0]], [], /^skitai\.setWorkerCriticalPoint\(\): cpuPercent/],
    ["a bad setting beside a command", {}, [["setMaxRcache", -1]], ["stop"], /^skitai\.setMaxRcache\(\): count cannot be -1/],
    ["an alias that nothing serves", { workers: 0 }, [["mount", "/x", "@members"]], [], /@members/],
  ])("(%s)", async (_, run, calls, args, message) => {
    const { code, err } = await failure(wishFor(0, run, calls), args);
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toMatch(message);
  });

  test.each([0, 2])("(a hook of an app that fails, with %i workers)", async (workers) => {
    const { code, err } = await failure({ ...wishFor(await freePort(), { workers }), broken: "no table users" });
    expect([code, err.trim().split("\n").length]).toEqual([1, 1]);
    expect(err).toContain("The hook mounted of the app app at / failed: no table users");
  });

  test("(a port in use)", async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const { code, err } = await failure(wishFor(port, { workers: 2 }));
    expect([code, err.trim().split("\n").length]).toEqual([1, 1]);
    expect(err).toContain(String(port));
  });
});

test.each(["help", "-h", "--help"])("%s says what a script can do, and starts nothing", async (name) => {
  const { code, out, err } = await startScript(script, [name], wishFor(await freePort())).ended;
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^Usage: node app\.ts \[command\]\n[^]*stop -g, --graceful/);
});

test("stop --graceful lets a daemon finish what is under way, stop does not wait for it", async () => {
  const port = await freePort();
  const wish = wishFor(port, { stopTimeout: "200ms" });
  const command = (...args: string[]): Promise<Ended> => startScript(script, args, wish).ended;
  onTestFinished(async () => void (await command("stop")));
  for (const [flags, path, outcome] of [
    [["--graceful"], "/long", "finished"],
    [[], "/endless", "cut off"],
  ] as const) {
    await command("start");
    const answer = ask(port, path).catch(() => "cut off");
    await expect.poll(() => ask(port, "/waiting")).toBe("1");
    expect(await command("stop", ...flags)).toMatchObject({ code: 0, out: "stopped\n" });
    expect(await answer).toBe(outcome);
  }
});

test("as a daemon it is started, seen, restarted with new workers, and stopped", async () => {
  const port = await freePort();
  const wish = wishFor(port);
  const command = (name: string): Promise<Ended> => startScript(script, [name], wish).ended;
  expect(await command("status")).toMatchObject({ code: 1, err: "stopped\n" });
  const started = await command("start");
  onTestFinished(async () => void (await command("stop")));
  expect(started).toMatchObject({ code: 0, out: expect.stringMatching(/^running \[\d+\]\n$/) });
  const before = await ask(port, "/pid");
  expect(await command("-d")).toMatchObject({ code: 1, err: expect.stringMatching(/^already running \[\d+\]\n$/) });
  expect((await command("status")).out).toBe(started.out);
  expect((await command("restart")).out).toBe(started.out);
  expect(await ask(port, "/pid")).not.toBe(before);
  expect(await command("stop")).toMatchObject({ code: 0, out: "stopped\n" });
  await expect(ask(port)).rejects.toThrow();
  expect(await command("-s")).toMatchObject({ code: 0, out: "stopped\n" });
});
