import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { HttpAgent } from "../src/http/agent.ts";
import { createClient, file } from "../src/index.ts";
import { resolveHttpSettings } from "../src/http/settings.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { bodyOf, serve } from "./support/serve.ts";

/** A server that answers when it is told to. */
const patient = async () => {
  const waiting: ServerResponse[] = [];
  const ports = new Set<number>();
  const server = await serve((req, res) => {
    ports.add(req.socket.remotePort!);
    waiting.push(res);
  });
  return { server, waiting, ports };
};

describe("connections", () => {
  test("are kept and used again", async () => {
    const ports = new Set<number>();
    await using server = await serve((req, res) => void (ports.add(req.socket.remotePort!), res.end("ok")));
    const client = clientOf();
    for (let round = 0; round < 10; round++) await client.get(server.url);
    expect(ports.size).toBe(1);
  });

  test("are no more than allowed; other requests wait for their turn", async () => {
    const { server, waiting, ports } = await patient();
    await using _ = server;
    const client = clientOf({ connections: 3 });
    const all = Array.from({ length: 10 }, (__, index) => client.get(`${server.url}/${index}`));
    await eventually(() => waiting.length === 3);
    for (let answered = 0; answered < 10; answered++) {
      await eventually(() => waiting.length > 0);
      waiting.shift()!.end();
    }
    expect((await Promise.all(all)).every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect(ports.size).toBe(3);
    expect(server.requests.toSorted()).toEqual(Array.from({ length: 10 }, (__, index) => `GET /${index}`));
  });

  test("are not broken by requests that are given up while they wait", async () => {
    const { server, waiting, ports } = await patient();
    await using _ = server;
    const client = clientOf({ connections: 1 });
    const first = client.get(`${server.url}/first`);
    await eventually(() => waiting.length === 1);
    const given = Array.from({ length: 20 }, () => client.get(`${server.url}/given`, { timeout: 20 }));
    const last = client.get(`${server.url}/last`);
    expect((await Promise.all(given)).every(({ statusCode }) => statusCode === 730)).toBe(true);
    waiting.shift()!.end("first");
    expect((await first).text).toBe("first");
    await eventually(() => waiting.length === 1);
    waiting.shift()!.end("last");
    expect((await last).text).toBe("last");
    expect(server.requests).toEqual(["GET /first", "GET /last"]);
    expect(ports.size).toBe(1);
  });

  test("that are busy are closed with the client, and what waits fails", async () => {
    const { server, waiting } = await patient();
    await using _ = server;
    const client = clientOf({ connections: 1 });
    const all = Array.from({ length: 3 }, () => client.get(server.url));
    await eventually(() => waiting.length === 1);
    await client.close();
    expect((await Promise.all(all)).map(({ statusCode }) => statusCode)).toEqual([712, 712, 712]);
    expect(await client.get(server.url)).toMatchObject({ status: 2, statusCode: 712 });
  });

  test("hold no process that has nothing else to do", async () => {
    await using server = await serve((_, res) => res.end("ok"));
    await clientOf().get(server.url);
    await eventually(() => !process.getActiveResourcesInfo().includes("TCPConnectWrap"));
  });

  test("of servers that are asked no longer are forgotten", async () => {
    const agent = new HttpAgent(resolveHttpSettings({}));
    const first = agent.originOf(new URL("http://10.0.0.1:1/"));
    for (let port = 1; port <= 1_100; port++) agent.originOf(new URL(`http://10.0.0.2:${port}/`));
    expect(first.isClosed).toBe(true);
    expect(agent.origin(first.endpoint)).not.toBe(first);
    await agent.close();
  });

  test("go to an address of IPv6 too", async ({ skip }) => {
    const { createServer } = await import("node:http");
    const server = createServer((req, res) => res.end(req.headers.host));
    const listens = await new Promise<boolean>((known) => server.once("error", () => known(false)).listen(0, "::1", () => known(true)));
    if (!listens) skip("this machine has no IPv6");
    const { port } = server.address() as { port: number };
    const rs = await clientOf().get(`http://[::1]:${port}/`);
    expect(rs).toMatchObject({ status: 3, text: `[::1]:${port}`, node: `[::1]:${port}` });
    server.close();
  });
});

test("a request that has its body ready only after the client was closed is not sent", async () => {
  await using server = await serve((_, res) => res.end());
  const client = createClient();
  const sending = client.upload(server.url, { file: file(import.meta.filename) });
  await client.close();
  expect(await sending).toMatchObject({ status: 2, error: { code: "SKITAI_AQUESTS_CLOSED" } });
  expect(server.requests).toEqual([]);
});

describe("a member of an alias that is gone", () => {
  test("lets a stream that was not sent go to another", async () => {
    const gone = await serve(() => {});
    await gone.stop();
    await using server = await serve(async (req, res) => res.end(await bodyOf(req)));
    const { Readable } = await import("node:stream");
    for (let round = 0; round < 4; round++) {
      const client = clientOf();
      client.alias("@sink", "http", [`${gone.address} 1000000`, server.address]);
      expect((await client.post("@sink/", Readable.from(["once"]))).text).toBe("once");
    }
  });
});
