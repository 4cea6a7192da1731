import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { acquire } from "../src/index.ts";
import { describeWith } from "../src/vitest.ts";

const get = async (url: string, headers: Record<string, string> = {}): Promise<{ res: IncomingMessage; body: Buffer }> => {
  const asked = request(url, { headers, agent: false }).end();
  const [res] = (await once(asked, "response")) as [IncomingMessage];
  return { res, body: await buffer(res) };
};

describeWith("nginx", (service) => {
  test("serves files", async () => {
    const { res, body } = await get(`${service.url}/files/small.txt`);
    expect([res.headers["content-length"], body.toString()]).toEqual(["13", "Hello, world\n"]);
  });

  test.for([
    ["/gzip/page.html", "content-encoding", "gzip"],
    ["/chunked/page.html", "transfer-encoding", "chunked"],
    ["/redirect/307", "location", "/echo"],
    ["/loop", "location", "/loop"],
    ["/closing", "connection", "close"],
    ["/private/small.txt", "www-authenticate", 'Basic realm="members"'],
  ] as const)("answers %s with %s: %s", async ([path, field, value]) => {
    const { res } = await get(service.url + path, { "accept-encoding": "gzip" });
    expect(res.headers[field]).toBe(value);
  });

  test("lets in who knows the password", async () => {
    const authorization = `Basic ${Buffer.from(`${service.user}:${service.password}`).toString("base64")}`;
    expect((await get(`${service.url}/private/small.txt`, { authorization })).res.statusCode).toBe(200);
  });

  test("keeps what is put", async () => {
    const url = `${service.url}/upload/note.txt`;
    expect((await fetch(url, { method: "PUT", body: "kept" })).status).toBe(201);
    expect((await get(url)).body.toString()).toBe("kept");
  });

  test("speaks HTTP/2 over TLS", async () => {
    const session = connectHttp2(service.tlsUrl, { ca: service.ca });
    onTestFinished(() => session.close());
    expect((await buffer(session.request({ ":path": "/echo" }))).toString()).toBe("GET /echo HTTP/2.0 \n");
  });

  test("curl agrees", async () => {
    const { stdout } = await promisify(execFile)("curl", ["-sS", "--noproxy", "*", "-k", `${service.tlsUrl}/echo`]);
    expect(stdout).toBe("GET /echo HTTP/2.0 \n");
  });
});

const tunnel = async (proxy: string, target: string, headers: Record<string, string> = {}): Promise<number | undefined> => {
  const asked = request(proxy, { method: "CONNECT", path: target, headers, agent: false }).end();
  const [res, socket] = (await once(asked, "connect")) as [IncomingMessage, { destroy(): void }];
  socket.destroy();
  return res.statusCode;
};

describeWith("proxy", (service) => {
  test("makes tunnels, and writes them down", async () => {
    const { port } = await acquire("websocket");
    expect(await tunnel(service.url, `127.0.0.1:${port}`)).toBe(200);
    expect(await readFile(service.logFile, "utf8")).toContain(`CONNECT 127.0.0.1:${port}`);
  });
});

describeWith("authproxy", (service) => {
  test("wants a password", async () => {
    const { port } = await acquire("websocket");
    expect(await tunnel(service.url, `127.0.0.1:${port}`)).toBe(407);
    const { username, password, origin } = new URL(service.url);
    const login = { "proxy-authorization": `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
    expect(await tunnel(origin, `127.0.0.1:${port}`, login)).toBe(200);
  });
});

describeWith("websocket", (service) => {
  const open = (path: string): WebSocket => {
    const socket = new WebSocket(service.url + path, ["first", "last"]);
    onTestFinished(() => socket.terminate());
    return socket;
  };

  test("gives messages back", async () => {
    const socket = open("/echo");
    await once(socket, "open");
    socket.send("ä");
    const [data, binary] = (await once(socket, "message")) as [Buffer, boolean];
    expect([data.toString(), binary, socket.protocol]).toEqual(["ä", false, "last"]);
  });

  test("closes as asked", async () => {
    const [code, reason] = (await once(open("/close?code=4001&reason=why"), "close")) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4001, "why"]);
  });

  test("drops the connection without a word", async () => {
    const socket = open("/drop");
    await once(socket, "open");
    socket.send("x");
    expect((await once(socket, "close"))[0]).toBe(1006);
  });
});

describeWith("blackhole", (service) => {
  test("neither lets in nor refuses", async () => {
    const socket = connect(service.port, service.host);
    onTestFinished(() => void socket.destroy());
    const outcome = ["connect", "error"].map((event) => once(socket, event));
    const patience = new Promise((resolve) => setTimeout(resolve, 50, "still waiting"));
    expect(await Promise.race([...outcome, patience])).toBe("still waiting");
  });
});
