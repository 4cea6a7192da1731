import { spawn, type ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { exchange } from "../../reactor/test/support/exchange.ts";
import { eventually } from "../../reactor/test/support/eventually.ts";
import { answerOf, curl, curlBy, protocols, runCurl, withoutCurl } from "./support/curl.ts";
import { startSite, type Site } from "./support/site.ts";

let site: Site;

beforeAll(async () => {
  site = await startSite();
  writeFileSync(join(site.scratch, "large"), large);
  writeFileSync(join(site.scratch, "too-long"), tooLong);
  writeFileSync(join(site.scratch, "much-too-long"), muchTooLong);
});
afterAll(() => site[Symbol.asyncDispose]());
beforeEach(() => void Object.assign(site.counts, { made: 0, closed: 0 }));

const gzipped = gzipSync(Buffer.alloc(50_000, "x"));
const large = randomBytes(20 * 1024 * 1024);
const largeDigest = { length: large.length, digest: createHash("sha256").update(large).digest("hex") };
/** More than the routes at the root take, and little enough to be read and dropped. */
const tooLong = randomBytes(500_000);
/** So much that the client is told to stop. */
const muchTooLong = randomBytes(3_000_000);

describe.skipIf(withoutCurl).each(protocols)("curl by %s", (name) => {
  const { how, urlOf, send } = curlBy(name, () => site);
  const file = (of: string): string => join(site.scratch, of);
  const isHttp2 = name !== "HTTP/1.1";
  // curl 7.88 with prior knowledge often loses an answer that comes together with RST_STREAM(NO_ERROR), whoever the server is.
  const losesAnswers = name.endsWith("knowledge");

  describe("is refused", () => {
    test("with 405 and what is allowed", async () => {
      const { status, headers } = await send("/methods", "--request", "DELETE");
      expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD, PUT, OPTIONS"]);
    });

    test("with 405 for TRACE and methods that nobody serves", async () => {
      expect((await send("/", "--request", "TRACE")).status).toBe(405);
      expect((await send("/", "--request", "PROPFIND")).status).toBe(405);
    });

    test.each([["text/plain"], ["application/x-www-form-urlencoded"], [""]])("with 415 for a body of type %j", async (type) => {
      const { status } = await send("/json", "--header", `Content-Type:${type}`, "--data", "{}");
      expect(status).toBe(415);
    });

    test("with 400 for JSON that is none", async () => {
      const { status } = await send("/json", "--header", "Content-Type: application/json", "--data", "{nonsense");
      expect(status).toBe(400);
    });

    test("with 413 for a body that is announced as too large", async () => {
      const { status } = await send("/length", "--header", "Expect:", "--data-binary", `@${file("too-long")}`);
      expect(status).toBe(413);
    });

    test.skipIf(losesAnswers)("with 413 for a body that is announced as much too large", async () => {
      const { status } = await send("/length", "--header", "Expect:", "--data-binary", `@${file("much-too-long")}`);
      expect(status).toBe(413);
    });

    test.skipIf(losesAnswers)("with 413 for a body that turns out to be too large", async () => {
      const args = ["--include", "--header", "Transfer-Encoding: chunked", "--header", "Expect:", "--upload-file", "-"];
      const { out } = await runCurl([...how(), ...args, urlOf("/length")], muchTooLong);
      expect(answerOf(out).status).toBe(413);
    });

    test.skipIf(losesAnswers)("with 413 and no invitation to send, where it waits for one", async () => {
      const args = ["--header", "Expect: 100-continue", "--expect100-timeout", "10", "--write-out", "%{stderr}%{size_upload}"];
      const { out, err } = await runCurl([...how(), "--include", ...args, "--data-binary", `@${file("much-too-long")}`, urlOf("/length")]);
      const { status, interim } = answerOf(out);
      expect([status, interim]).toEqual([413, []]);
      if (!isHttp2) expect(err).toBe("0");
    });

    test("with 417 for an expectation that nobody knows", async () => {
      const { status } = await send("/length", "--header", "Expect: wonders", "--data", "hello");
      expect(status).toBe(417);
    });

    test("with JSON where it prefers that", async () => {
      const { headers, text: body } = await send("/none", "--header", "Accept: application/json");
      expect([headers.get("content-type"), JSON.parse(body)]).toEqual(["application/json", { code: 10_000, message: "404 Not Found" }]);
    });
  });

  describe("sends", () => {
    test("JSON", async () => {
      const { text: body } = await send("/json", "--json", '{"a":[1,"ä"]}');
      expect(JSON.parse(body)).toEqual({ got: { a: [1, "ä"] } });
    });

    test("a body in gzip, which arrives as what it was", async () => {
      const { text: body } = await curl([...how(), "--header", "Content-Encoding: gzip", "--data-binary", "@-", urlOf("/length")], gzipped);
      expect(body).toBe("got 50000 bytes");
    });

    test("a body after it was invited to", async () => {
      const {
        status,
        interim,
        text: body,
      } = await send("/length", "--header", "Expect: 100-continue", "--expect100-timeout", "10", "--data", "hello");
      expect([status, body]).toEqual([200, "got 5 bytes"]);
      expect(interim.map((head) => head.status)).toEqual([100]);
    });

    test("20 MB to a route that reads them as they come", async () => {
      const { text: body } = await send("/big/digest", "--upload-file", file("large"));
      expect(JSON.parse(body)).toEqual(largeDigest);
    });

    test("20 MB of unknown length to a route that reads them as they come", async () => {
      const { text: body } = await curl(
        [...how(), "--header", "Transfer-Encoding: chunked", "--upload-file", "-", urlOf("/big/digest")],
        large,
      );
      expect(JSON.parse(body)).toEqual(largeDigest);
    });

    test.skipIf(losesAnswers)("a body where there is a file", async () => {
      const { status, body } = await send("/plain.txt", "--request", "GET", "--data", "hello");
      expect([status, body.length]).toEqual([200, 100]);
    });

    test("a body to a place that has moved", async () => {
      const { status } = await send("/sub", "--data-binary", `@${file("too-long")}`);
      expect(status).toBe(308);
    });
  });

  describe("asks for OPTIONS", () => {
    test("of a route", async () => {
      const { status, headers } = await send("/json", "--request", "OPTIONS");
      expect([status, headers.get("allow")]).toEqual([200, "POST, OPTIONS"]);
    });

    test("of the server", async () => {
      const { status, headers } = await send("/", "--request", "OPTIONS", "--request-target", "*");
      expect([status, headers.get("allow")]).toEqual([204, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
    });
  });

  describe("reads a stream", () => {
    test("to its end", async () => {
      const { text: body } = await send("/stream");
      expect(body).toBe("line 0\nline 1\nline 2\nline 3\nline 4\n");
    });

    // Node before 26 learns only from the request timeout that a TLS connection with HTTP/2 was lost.
    const learnsLate = name.endsWith("TLS") && Number.parseInt(process.versions.node, 10) < 26;

    test.skipIf(learnsLate)("so slowly that its source waits, and leaves: the source is told", async () => {
      const child = reading(urlOf("/endless"));
      await eventually(() => site.counts.made > 0);
      // Nothing is read from curl, so that its socket and then the server's fill up.
      let made = -1;
      while (made !== site.counts.made) {
        ({ made } = site.counts);
        await wait(50);
      }
      expect(made).toBeLessThan(64 * 1024 * 1024);
      expect(site.counts.closed).toBe(0);
      child.kill();
      await eventually(() => site.counts.closed === 1);
      ({ made } = site.counts);
      await wait(20);
      expect(site.counts).toEqual({ made, closed: 1 });
    });

    test.skipIf(learnsLate)("and leaves at once: the source is told", async () => {
      const { code } = await runCurl([
        ...how(),
        "--max-filesize",
        "1000000",
        "--max-time",
        "0.2",
        "--output",
        "/dev/null",
        urlOf("/endless"),
      ]);
      expect(code).not.toBe(0);
      await eventually(() => site.counts.closed === 1);
    });
  });

  /** A curl whose output nobody takes. */
  const reading = (url: string): ChildProcess => {
    const child = spawn("curl", ["--silent", "--no-buffer", ...how(), url], { stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.pause();
    onTestFinished(() => void child.kill());
    return child;
  };
});

describe("a chunked request with trailers", () => {
  test("is read like any other, and the connection goes on", async () => {
    const req = request({ port: site.port, host: "127.0.0.1", path: "/length", method: "POST", headers: { trailer: "X-Sum" } });
    req.write("hello ");
    req.addTrailers({ "X-Sum": "42" });
    req.end("world");
    const [res] = (await once(req, "response")) as [IncomingMessage];
    expect([res.statusCode, await text(res)]).toEqual([200, "got 11 bytes"]);
  });

  test("finds nothing in them that counts", async () => {
    const head = "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const next = "GET /short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const { statuses, text: got } = await exchange(
      site.port,
      `${head}5\r\nhello\r\n0\r\nHost: b\r\nX-HTTP-Method-Override: DELETE\r\n\r\n${next}`,
    );
    expect(statuses).toEqual([200, 200]);
    expect(got).toContain("got 5 bytes");
    expect(got).toContain("too short to be worth it");
  });

  test("is refused with a Content-Length in them", async () => {
    const head = "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const { statuses, closed } = await exchange(site.port, `${head}5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n`);
    expect([statuses, closed]).toEqual([[400], true]);
  });
});
