import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../src/index.ts";
import { textApp, uploadApp } from "./support/app.ts";
import { certificateFor, type TestCertificate } from "./support/certificate.ts";
import { eventually } from "./support/eventually.ts";
import { runProgram } from "./support/program.ts";
import { data, flags, headers, preface, request, settings } from "./support/raw-http2.ts";
import { startService } from "./support/service.ts";
import { lacks } from "./support/tool.ts";

let tls: TestCertificate;

beforeAll(async () => {
  tls = await certificateFor(["localhost"]);
});

const withoutH2load = lacks("h2load", "Install Debian's package nghttp2-client.");
const withoutWrk = lacks("wrk", "Install Debian's package wrk.");

/** Two workers behind a plain port and one with TLS. */
const start = async (): Promise<{ plain: string; secure: string; processes: number[] }> => {
  const service = await startService({ workers: 2, listen: [{ port: 0 }, { port: 0, tls }] });
  const [plain, secure] = service.ports;
  return {
    plain: `http://127.0.0.1:${plain}/who`,
    secure: `https://127.0.0.1:${secure}/who`,
    processes: [service.pid, ...service.children()],
  };
};

const perfect = (count: number): string =>
  `requests: ${count} total, ${count} started, ${count} done, ${count} succeeded, 0 failed, 0 errored, 0 timeout`;

describe("two workers", () => {
  test.skipIf(withoutH2load)("answer every request of h2load, over HTTP/2 and HTTP/1.1, with TLS and without", async () => {
    const { plain, secure } = await start();
    for (const url of [plain, secure]) {
      for (const protocol of [[], ["--h1"]]) {
        const kept = await runProgram("h2load", [...protocol, "-n", "2000", "-c", "10", "-m", "10", url]);
        expect(kept.out).toContain(perfect(2_000));
        // As many connections as requests.
        const anew = await runProgram("h2load", [...protocol, "-n", "200", "-c", "200", url]);
        expect(anew.out).toContain(perfect(200));
        expect(anew.out).toContain("status codes: 200 2xx, 0 3xx, 0 4xx, 0 5xx");
      }
    }
  });

  test.skipIf(withoutWrk)("answer every request of wrk, on connections that are kept and on new ones", async () => {
    const { plain, secure } = await start();
    for (const url of [plain, secure]) {
      for (const header of [[], ["--header", "Connection: close"]]) {
        const { out } = await runProgram("wrk", ["--threads", "1", "--connections", "16", "--duration", "1s", ...header, url]);
        expect(out).toMatch(/^ +[1-9]\d* requests in /m);
        // It speaks of errors only where there were some.
        expect(out).not.toMatch(/Socket errors|Non-2xx/);
      }
    }
  });
});

/** What clients send before they go away in the middle. */
const halves: readonly (string | Buffer)[] = [
  "",
  "GET",
  "GET /who HTTP/1.1\r\nHost: a\r\nX-Half",
  "GET /who HTTP/1.1\r\nHost: a\r\n\r\nGET /who",
  "POST /upload/ HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\nhalf",
  "POST /upload/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
  "POST /upload/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10000\r\n\r\n",
  "GET /large/ HTTP/1.1\r\nHost: a\r\n\r\n",
  preface.subarray(0, 20),
  Buffer.concat([preface, settings()]),
  Buffer.concat([preface, settings(), headers(1, request("/large/"))]),
  Buffer.concat([preface, settings(), headers(1, request("/upload/", "POST"), flags.endHeaders), data(1, "half")]),
  Buffer.from("16030100a5010000a10303", "hex"),
];

/** Opens a connection, sends half a request and closes, in an orderly way or not. */
const abort = (port: number, at: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.once("close", () => resolve());
    socket.once("connect", () => {
      socket.write(halves[at % halves.length]!, () => {
        if (at % 2 === 0) socket.destroy();
        else socket.resetAndDestroy();
      });
    });
  });

const abortMany = async (ports: readonly number[], count: number): Promise<void> => {
  for (let at = 0; at < count; at += 40)
    await Promise.all(Array.from({ length: 40 }, (_, one) => abort(ports[(at + one) % ports.length]!, at + one)));
};

describe("2,000 clients that go away in the middle of a request", () => {
  test("leave no descriptor with a master and its workers", async () => {
    const { plain, secure, processes } = await start();
    const descriptors = (): number[] => processes.map((pid) => readdirSync(`/proc/${pid}/fd`).length);
    // What is opened once and kept: modules, random numbers, the first TLS context.
    await abortMany([portOf(plain), portOf(secure)], 200);
    await eventually(async () => (await fetch(plain)).ok);
    const before = descriptors();
    await abortMany([portOf(plain), portOf(secure)], 2_000);
    await eventually(() => descriptors().every((count, index) => count <= before[index]!));
    expect((await fetch(plain)).status).toBe(200);
  });

  test("leave no memory with an engine", async () => {
    await using engine = new Engine({ requestLog: false });
    const large = "x".repeat(2_000_000);
    engine.mount(
      "/",
      textApp(() => "short"),
    );
    engine.mount("/upload", uploadApp(), { name: "upload" });
    engine.mount(
      "/large",
      textApp(() => large),
      { name: "large" },
    );
    const { port } = await engine.listen({ port: 0 });
    const { port: secure } = await engine.listen({ port: 0, tls });
    const connections = (): number => (engine.status("server")["server"] as { connections: number }).connections;
    await abortMany([port, secure], 1_000);
    await eventually(() => connections() === 0);
    await wait(50);
    const before = memoryInUse();
    await abortMany([port, secure], 2_000);
    await eventually(() => connections() === 0);
    // Half a kilobyte for each of them would be four times as much.
    await eventually(() => memoryInUse() - before < 256_000);
  });
});

const portOf = (url: string): number => Number(new URL(url).port);

/** Bytes that are left after a garbage collection, which needs no flag at the start. */
const memoryInUse = (): number => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
