import { writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import { join } from "node:path";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../src/index.ts";
import { textApp } from "./support/app.ts";
import { certificateFor, type TestCertificate } from "./support/certificate.ts";
import { http2Request, http2Session } from "./support/http2-request.ts";
import { suiteDirectory, temporaryDirectory } from "./support/temporary-directory.ts";

const directory = suiteDirectory();
const engine = new Engine({ requestLog: false, directory });
engine.mount(
  "/",
  textApp((was) => `${was.scheme} HTTP/${was.req.httpVersion} ${was.host}`),
);

let main: TestCertificate;
let port = 0;
let forward = 0;

beforeAll(async () => {
  main = await certificateFor(["main.example", "localhost"], "open sesame");
  const other = await certificateFor(["other.example"]);
  const wild = await certificateFor(["*.wild.example"]);
  writeFileSync(join(directory, "other.pem"), other.cert);
  writeFileSync(join(directory, "other.key"), other.key);
  const names = { "Other.example": { cert: join(directory, "other.pem"), key: join(directory, "other.key") }, "*.wild.example": wild };
  ({ port } = await engine.listen({ port: 0, tls: { ...main, passphrase: "open sesame", names } }));
  ({ port: forward } = await engine.listen({ port: 0, forwardTo: port }));
});
afterAll(() => engine.close({ timeout: 200 }));

const certificateOf = (servername: string): Promise<PeerCertificate> => {
  const { promise, resolve, reject } = Promise.withResolvers<PeerCertificate>();
  const socket: TLSSocket = connect({ port, servername, rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate());
    socket.destroy();
  });
  socket.on("error", reject);
  return promise;
};

const read = async (res: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const chunk of res.setEncoding("utf8")) text += chunk;
  return text;
};

describe("HTTPS", () => {
  test("speaks HTTP/1.1 to clients that know no other", async () => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    getSecure({ port, host: "127.0.0.1", servername: "main.example", ca: main.cert, agent: false }, resolve).on("error", reject);
    const res = await promise;
    expect(await read(res)).toBe(`https HTTP/1.1 127.0.0.1:${port}`);
  });

  test("speaks HTTP/2 by ALPN", async () => {
    const session = await http2Session(`https://localhost:${port}`, { ca: main.cert });
    expect((await http2Request(session, { ":path": "/" })).body).toBe(`https HTTP/2.0 localhost:${port}`);
    session.close();
  });

  test.each([
    ["main.example", "main.example"],
    ["other.example", "other.example"],
    ["OTHER.example", "other.example"],
    ["a.wild.example", "*.wild.example"],
    ["a.b.wild.example", "main.example"],
    ["unknown.example", "main.example"],
  ])("shows %s the certificate of %s", async (name, subject) => {
    expect((await certificateOf(name)).subject.CN).toBe(subject);
  });

  test("refuses TLS 1.1", async () => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    connect({ port, rejectUnauthorized: false, minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }, () =>
      resolve("connected"),
    ).on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    expect(await promise).toMatch(/^E/);
  });

  test("survives plain HTTP on its port", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    get({ port, agent: false }, () => resolve("answered")).on("error", () => resolve("closed"));
    expect(await promise).toBe("closed");
    expect((await certificateOf("main.example")).subject.CN).toBe("main.example");
  });
});

describe("the forwarding port", () => {
  const ask = async (path: string, host: string): Promise<[number, string | undefined]> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get({ port: forward, path, headers: { host }, agent: false }, resolve).on("error", reject);
    const res = await promise;
    res.resume();
    return [res.statusCode!, res.headers.location];
  };

  test.each([
    ["/a/b?c=d", "site.example", "/a/b?c=d", "site.example"],
    ["/", "site.example:8080", "/", "site.example"],
    ["//evil.example/x", "site.example", "//evil.example/x", "site.example"],
  ])("sends %s of %s to HTTPS", async (path, host, target, name) => {
    expect(await ask(path, host)).toEqual([301, `https://${name}:${port}${target}`]);
  });

  test.each(["a b", "evil.example/", "x@y", "<script>"])("refuses the host %j", async (host) => {
    expect((await ask("/", host))[0]).toBe(400);
  });
});

describe("a certificate that cannot be used", () => {
  test.each([
    ["a file that is not there", async () => ({ cert: "none.pem", key: "none.key" })],
    ["no certificate", async () => ({ cert: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----", key: main.key })],
    ["a key of another certificate", async () => ({ cert: main.cert, key: (await certificateFor(["x.example"])).key })],
    ["a wrong passphrase", async () => ({ ...main, passphrase: "guess" })],
  ])("(%s) is told before anything listens", async (_, make) => {
    await using broken = new Engine({ requestLog: false, directory: temporaryDirectory() });
    broken.mount(
      "/",
      textApp(() => "x"),
    );
    const tls = await make();
    expect(() => broken.check({ tls })).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_CERTIFICATE" }));
    await expect(broken.listen({ port: 0, tls })).rejects.toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_CERTIFICATE" }));
  });
});
