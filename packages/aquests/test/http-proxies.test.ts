import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { acquire } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { proxyFor, proxyRules } from "../src/http/proxy.ts";
import { endpointOf } from "../src/http/url.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { json, serve } from "./support/serve.ts";

/** A proxy that answers requests itself, and notes what it is asked. */
const noting = async (tunnels = true) => {
  const asked: { method: string; url: string; host: string; authorization: string | undefined }[] = [];
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push({ method: method!, url: url!, host: headers.host!, authorization: headers["proxy-authorization"] });
  };
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    note(req);
    json(res, { headers: req.headers });
  });
  server.on("connect", (req, socket) => {
    note(req);
    if (!tunnels) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    const [host, port] = req.url!.split(":");
    const far = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    far.on("error", () => socket.destroy());
    socket.on("error", () => far.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}`, server };
};

afterEach(() => vi.unstubAllEnvs());

describe("a proxy for http", () => {
  test("gets the whole URL, the server's name and its own credentials", async () => {
    const proxy = await noting();
    const client = clientOf({ proxy: proxy.url.replace("//", "//us:p%40w@") });
    const rs = await client.get<{ headers: object }>("http://shop.test/a?b=1", { auth: ["token"] });
    expect(rs).toMatchObject({ status: 3, url: "http://shop.test/a?b=1", node: "shop.test:80" });
    expect(proxy.asked).toEqual([
      {
        method: "GET",
        url: "http://shop.test/a?b=1",
        host: "shop.test",
        authorization: `Basic ${Buffer.from("us:p@w").toString("base64")}`,
      },
    ]);
    expect(rs.data.headers).toMatchObject({ authorization: "Bearer token" });
  });

  test("can be chosen and left out by a call", async () => {
    await using server = await serve((_, res) => res.end("direct"));
    const proxy = await noting();
    expect((await clientOf().get("http://shop.test/", { proxy: proxy.url })).status).toBe(3);
    expect((await clientOf({ proxy: proxy.url }).get(server.url, { proxy: false })).text).toBe("direct");
    expect(proxy.asked).toHaveLength(1);
  });

  test.each([
    ["shop.test", "http://shop.test/", false],
    ["shop.test", "http://www.shop.test/", false],
    ["shop.test", "http://myshop.test/", true],
    [".shop.test", "http://www.shop.test/", false],
    ["shop.test:81", "http://shop.test/", true],
    ["10.0.0.0/8", "http://10.1.2.3/", false],
    ["10.0.0.0/8", "http://11.1.2.3/", true],
    ["fd00::/8", "http://[fd00::1]/", false],
    ["*", "http://any.test/", false],
  ])("with %s left out: %s goes through it: %j", (rule, url, goes) => {
    const rules = proxyRules("http://127.0.0.1:1", [rule]);
    expect(proxyFor(rules, endpointOf(new URL(url))) !== undefined).toBe(goes);
  });

  test("of the environment is used only when that was asked for", async () => {
    const proxy = await noting();
    vi.stubEnv("http_proxy", proxy.url);
    vi.stubEnv("no_proxy", "inside.test");
    await clientOf().get("http://shop.invalid/");
    expect(proxy.asked).toHaveLength(0);
    await clientOf({ proxy: "env" }).get("http://shop.invalid/");
    expect(proxy.asked).toHaveLength(1);
    expect(proxyFor(proxyRules("env", []), endpointOf(new URL("http://inside.test/")))).toBeUndefined();
  });

  test("that is not there ends in 714", async () => {
    const rs = await clientOf({ proxy: "http://us:secret@127.0.0.1:1" }).get("http://shop.test/");
    expect(rs).toMatchObject({ status: 2, statusCode: 714 });
    expect(rs.error?.message).toContain("127.0.0.1:1");
    expect(rs.error?.message).not.toContain("secret");
  });

  test.each([
    { proxy: "nonsense" },
    { proxy: "socks5://127.0.0.1:1" },
    { proxy: "http://127.0.0.1:1", noProxy: ["a b"] },
    { proxy: "http://127.0.0.1:1", noProxy: ["10.0.0.0/33"] },
    { noProxy: ["a"] },
  ])("%j is refused", (options) => {
    expect(() => clientOf(options)).toThrow(expect.objectContaining({ code: expect.stringMatching(/BAD_(TARGET|OPTION)/) }));
  });
});

describeWith("nginx", (nginx) => {
  test("a proxy for https connects through, and TLS is checked behind it", async () => {
    const proxy = await noting();
    const url = `${nginx.tlsUrl}/echo`;
    const client = clientOf({ proxy: proxy.url, ca: nginx.ca });
    expect(await client.get(url)).toMatchObject({ status: 3, version: "HTTP/2.0", text: "GET /echo HTTP/2.0 \n" });
    expect(proxy.asked).toMatchObject([{ method: "CONNECT", url: nginx.tlsUrl.slice("https://".length) }]);
    expect(await clientOf({ proxy: proxy.url }).get(url)).toMatchObject({ status: 2, statusCode: 713 });
  });

  test("a proxy that refuses to connect ends in 714 and says what it answered", async () => {
    const proxy = await noting(false);
    const rs = await clientOf({ proxy: proxy.url }).get(`${nginx.tlsUrl}/echo`);
    expect(rs).toMatchObject({ status: 2, statusCode: 714 });
    expect(rs.error?.message).toContain("407 Proxy Authentication Required");
  });

  test("a proxy that is silent ends in a time-out, and what was begun is given up", async () => {
    await using silent = await (await import("@skitai-internal/services")).startFaultyPeer("silent");
    const client = clientOf({ proxy: silent.url });
    expect(await client.get(nginx.tlsUrl, { timeout: 50 })).toMatchObject({ status: 1, statusCode: 730 });
    await eventually(() => silent.open === 0);
  });
});

describeWith("proxy", (proxy) => {
  test("tinyproxy takes http and https", async () => {
    const nginx = await acquire("nginx");
    onTestFinished(nginx.stop);
    const client = clientOf({ proxy: proxy.url, ca: nginx.ca });
    expect(await client.get(`${nginx.url}/files/small.txt`)).toMatchObject({ statusCode: 200, text: "Hello, world\n" });
    expect(await client.get(`${nginx.tlsUrl}/files/small.txt`)).toMatchObject({ statusCode: 200, text: "Hello, world\n" });
    expect(await readFile(proxy.logFile, "utf8")).toContain(`CONNECT ${nginx.tlsUrl.slice("https://".length)}`);
  });
});

describeWith("authproxy", (proxy) => {
  test("tinyproxy with a password lets in who knows it", async () => {
    const nginx = await acquire("nginx");
    onTestFinished(nginx.stop);
    const bare = proxy.url.replace(/\/\/.*@/, "//");
    const known = clientOf({ proxy: proxy.url, ca: nginx.ca });
    const unknown = clientOf({ proxy: bare, ca: nginx.ca });
    for (const url of [nginx.url, nginx.tlsUrl]) expect(await known.get(`${url}/files/small.txt`)).toMatchObject({ statusCode: 200 });
    expect(await unknown.get(`${nginx.url}/files/small.txt`)).toMatchObject({ status: 3, statusCode: 407 });
    expect(await unknown.get(`${nginx.tlsUrl}/files/small.txt`)).toMatchObject({ status: 2, statusCode: 714 });
  });
});
