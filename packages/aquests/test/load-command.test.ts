import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bodyOf, serve } from "./support/serve.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command of this package as a user does. */
const aquests = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const program = join(import.meta.dirname, "../src/bin.ts");
    execFile(process.execPath, ["--conditions=skitai-source", program, ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });

describe("aquests load", () => {
  test("sends as many requests as it is told, and shows how long they took", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const { code, out, err } = await aquests("load", "-n", "200", "-c", "10", server.url);
    expect([code, err, server.requests.length]).toEqual([0, "", 200]);
    expect(out).toMatch(/requests {2}200 in \d+\.\d\d s, [\d,]+ per second\n/);
    expect(out).toMatch(/failed {2}0\n *received {2}1,000 bytes, [\d,]+ per second\n *protocol {2}HTTP\/1\.1\n *200 OK {2}200\n/);
    expect(out).toMatch(/ *latency, ms\n *mean {2}\d+\.\d\d\n *50 % {2}[^]* 99\.9 % {2}\d+\.\d\d\n *longest {2}\d+\.\d\d\n$/);
  });

  test("prints an object for programs", async () => {
    await using server = await serve((_, res) => res.writeHead(404).end());
    const { out } = await aquests("load", "--json", "-n", "20", "-c", "4", server.url);
    expect(JSON.parse(out)).toMatchObject({
      requests: 20,
      failed: 0,
      bytes: 0,
      statuses: { "404 Not Found": 20 },
      versions: ["HTTP/1.1"],
      latency: { p50: expect.any(Number) as number, max: expect.any(Number) as number },
    });
  });

  test("sends method, headers and body, to several URLs in turn", async () => {
    const seen: string[] = [];
    await using server = await serve((req, res) => {
      void bodyOf(req).then((body) => {
        seen.push(`${req.method} ${req.url} ${req.headers["x-a"] as string} ${body.toString()}`);
        res.end();
      });
    });
    await aquests("load", "-n", "4", "-c", "1", "-H", "X-A: 1", "-d", "text", `${server.url}/a`, `${server.url}/b`);
    expect(seen).toEqual(["POST /a 1 text", "POST /b 1 text", "POST /a 1 text", "POST /b 1 text"]);
  });

  test("ends with 1 when requests failed, and says how", async () => {
    const { code, out } = await aquests("load", "-n", "5", "-c", "1", "http://127.0.0.1:1/");
    expect(code).toBe(1);
    expect(out).toMatch(/failed {2}5\n[^]*714 Connection Failure {2}5/);
    expect(out).not.toContain("latency");
  });
});

test.each([
  ["no URL", ["load"], "A URL is needed."],
  ["a URL of something else", ["load", "ftp://a/"], '"ftp://a/" is no URL of http: or https:.'],
  ["credentials in what is no URL", ["load", "h2c://us:secretpw@a/"], '"h2c://***@a/" is no URL of http: or https:.'],
  ["no number", ["load", "-n", "many", "http://a/"], '--requests is a whole number from 1, not "many".'],
  ["a header without a name", ["load", "-H", "plain", "http://a/"], '--header is "Name: value", not "plain".'],
  ["no time", ["load", "-t", "soon", "http://a/"], "--timeout is not a duration"],
  ["no method", ["load", "-X", "CONNECT", "http://a/"], "--method is one of GET, HEAD"],
  ["an unknown option", ["load", "--speed", "http://a/"], "Unknown option '--speed'"],
  ["an unknown command", ["fetch"], 'There is no command "fetch". There is: load.'],
])("a command line with %s ends with 2, the reason and the usage", async (_, args, reason) => {
  const { code, out, err } = await aquests(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(reason);
  expect(err).toContain("Usage: aquests load");
});

test("the usage is shown on demand", async () => {
  for (const args of [["--help"], ["load", "-h"]])
    expect(await aquests(...args)).toMatchObject({ code: 0, out: expect.stringContaining("Usage:") as string });
});
