import { createServer, type Server } from "node:https";
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ClientOptions } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";

const made = (name: string, more: Parameters<typeof generate>[1] & object = {}) =>
  generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: /^\d/.test(name) ? [{ type: 7, ip: name }] : [{ type: 2, value: name }] }],
    ...more,
  });

const secureServer = async (
  certificate: { cert: string; private: string },
  options: object = {},
  prepare: (server: Server) => unknown = () => {},
) => {
  const server = createServer({ cert: certificate.cert, key: certificate.private, ...options }, (req, res) =>
    res.end((req.socket as TLSSocket).getPeerCertificate().subject?.CN ?? "hello"),
  );
  prepare(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const untrusted = { status: 2, statusCode: 713, reason: "SSL Handshake Failure", error: { code: "SKITAI_AQUESTS_TLS" } };

test("a server that does not speak TLS is not said to be one that cannot be trusted for its certificate", async () => {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const rs = await clientOf().get(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(rs).toMatchObject(untrusted);
  expect(rs.error?.message).toContain("the server does not speak TLS there");
  expect(rs.error?.message).not.toContain("SSL routines");
});

describe("a certificate", () => {
  test("that nobody vouches for ends in 713, which says why", async () => {
    const url = await secureServer(await made("127.0.0.1"));
    const rs = await clientOf().get(url);
    expect(rs).toMatchObject(untrusted);
    expect(rs.error?.message).toMatch(/self-signed certificate/);
    expect(rs.error?.message).toContain(url.slice("https://".length));
  });

  test("is good where its authority is trusted, or where nothing is checked", async () => {
    const certificate = await made("127.0.0.1");
    const url = await secureServer(certificate);
    for (const options of [{ ca: certificate.cert }, { ca: [Buffer.from(certificate.cert)] }, { insecure: true }] satisfies ClientOptions[])
      expect(await clientOf(options).get(url)).toMatchObject({ status: 3, text: "hello" });
    expect(await clientOf().get(url, { insecure: true })).toMatchObject({ status: 3 });
  });

  test("that one call does not check is checked by the next", async () => {
    const url = await secureServer(await made("127.0.0.1"));
    const client = clientOf();
    expect(await client.get(url, { insecure: true })).toMatchObject({ status: 3 });
    expect(await client.get(url)).toMatchObject(untrusted);
    expect(await clientOf({ insecure: true }).get(url, { insecure: false })).toMatchObject(untrusted);
  });

  test("for another name ends in 713, unless that name is expected", async () => {
    const certificate = await made("shop.test");
    const url = await secureServer(certificate);
    const rs = await clientOf({ ca: certificate.cert }).get(url);
    expect(rs).toMatchObject(untrusted);
    expect(rs.error?.message).toContain("127.0.0.1");
    expect(await clientOf({ ca: certificate.cert, servername: "shop.test" }).get(url)).toMatchObject({ status: 3 });
  });

  test("that has expired ends in 713", async () => {
    const certificate = await made("127.0.0.1", { notBeforeDate: new Date("2020-01-01"), notAfterDate: new Date("2020-02-01") });
    const rs = await clientOf({ ca: certificate.cert }).get(await secureServer(certificate));
    expect(rs).toMatchObject(untrusted);
    expect(rs.error?.message).toContain("expired");
  });

  test("of the client is shown to a server that asks for it", async () => {
    const [server, mine] = await Promise.all([made("127.0.0.1"), made("hans.test")]);
    const url = await secureServer(server, { requestCert: true, ca: mine.cert });
    expect(await clientOf({ ca: server.cert, cert: mine.cert, key: mine.private }).get(url)).toMatchObject({ text: "hans.test" });
    expect(await clientOf({ ca: server.cert }).get(url)).toMatchObject({ status: 2 });
  });

  test("or key that is none ends in 713", async () => {
    const rs = await clientOf({ cert: "no certificate", key: "no key" }).get(await secureServer(await made("127.0.0.1")));
    expect(rs).toMatchObject(untrusted);
  });

  test("without its key is refused at once", () => {
    expect(() => clientOf({ cert: "pem" })).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_OPTION" }));
  });
});

describe("a handshake", () => {
  const tcp = async (answer: (socket: Socket) => void) => {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {}).once("close", () => sockets.delete(socket));
      socket.resume();
      answer(socket);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
  };

  test.each<[string, (socket: Socket) => void]>([
    ["with a server that speaks no TLS", (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["that the server ends", (socket) => socket.end()],
    ["that the server resets", (socket) => socket.once("data", () => socket.resetAndDestroy())],
  ])("%s ends in 713", async (_, answer) => {
    const { url } = await tcp(answer);
    expect(await clientOf().post(url, "a=1")).toMatchObject(untrusted);
  });

  test("with a server that is silent ends in a time-out, and is given up", async () => {
    const { url, sockets } = await tcp(() => {});
    expect(await clientOf().get(url, { timeout: 50 })).toMatchObject({ status: 1, statusCode: 730 });
    await eventually(() => sockets.size === 0);
  });

  test("is not given up for one call while another waits for it", async () => {
    const { url, sockets } = await tcp(() => {});
    const client = clientOf({ connections: 1 });
    const [short, long] = [client.get(url, { timeout: 20 }), client.get(url, { timeout: 200 })];
    await short;
    expect(sockets.size).toBe(1);
    await long;
    await eventually(() => sockets.size === 0);
  });
});

test("a proxy that speaks TLS shows the certificate of its own name, and not that of the server behind it", async () => {
  const [ofServer, ofProxy] = await Promise.all([made("server.test"), made("127.0.0.1")]);
  const { port } = new URL(await secureServer(ofServer));
  const proxyUrl = await secureServer(ofProxy, {}, (proxy) =>
    proxy.on("connect", (_, near) => {
      const far = connect(Number(port), "127.0.0.1", () => near.write("HTTP/1.1 200 OK\r\n\r\n"));
      near.on("error", () => far.destroy()).pipe(far);
      far.on("error", () => near.destroy()).pipe(near);
    }),
  );
  const client = clientOf({ proxy: proxyUrl, ca: [ofServer.cert, ofProxy.cert] });
  expect(await client.get("https://server.test/")).toMatchObject({ status: 3, text: "hello" });
});
