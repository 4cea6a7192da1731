import { getEventListeners } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient, type Client, type ClientOptions } from "../src/index.ts";
import { serve, type Served } from "./support/serve.ts";

/** A server that answers with how often it was asked, and a client. */
const counting = async (options: ClientOptions = {}): Promise<{ client: Client; server: Served }> => {
  let count = 0;
  const server = await serve((_, res) => res.end(String(++count)));
  const client = createClient(options);
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  return { client, server };
};

/** Lets the clock go on by a millisecond. */
const tick = async (): Promise<void> => {
  const before = Date.now();
  while (Date.now() === before) await new Promise((later) => setTimeout(later, 1));
};

describe("a result that was kept", () => {
  test("answers the same call again", async () => {
    const { client, server } = await counting();
    (await client.get(server.url)).cache(60);
    const rs = await client.get(server.url, { meta: { n: 2 } });
    expect([rs.text, rs.cached, rs.status, rs.meta, rs.node]).toEqual(["1", true, 3, { n: 2 }, server.address]);
    expect(server.requests).toHaveLength(1);
  });

  test("may be asked to be kept before it is there", async () => {
    const { client, server } = await counting();
    await client.get(server.url).cache(60);
    expect((await client.get(server.url)).cached).toBe(true);
  });

  test("holds what a filter has made of it", async () => {
    const { client, server } = await counting();
    await client.get<string>(server.url, { filter: (rs) => void (rs.data = `<${rs.text}>`) }).cache(60);
    expect((await client.get<string>(server.url)).data).toBe("<1>");
  });

  test("is forgotten on demand", async () => {
    const { client, server } = await counting();
    const rs = await client.get(server.url).cache(60);
    rs.expire();
    expect((await client.get(server.url)).text).toBe("2");
  });

  test("is not asked for with useCache: false, and the new one takes its place", async () => {
    const { client, server } = await counting();
    await client.get(server.url).cache(60);
    expect((await client.get(server.url, { useCache: false }).cache(60)).text).toBe("2");
    expect((await client.get(server.url)).text).toBe("2");
  });

  test("serves until something it depends on has changed", async () => {
    const { client, server } = await counting();
    const before = Date.now();
    await tick();
    await client.get(server.url).cache(60);
    expect((await client.get(server.url, { useCache: before })).cached).toBe(true);
    await tick();
    expect((await client.get(server.url, { useCache: Date.now() })).text).toBe("2");
  });

  test.each([
    ["another path", { path: "/other" }],
    ["other parameters", { params: { q: 1 } }],
    ["another user", { auth: ["u", "p"] as const }],
    ["a token", { headers: { authorization: "Bearer x" } }],
    ["another wanted type", { headers: { accept: "application/json" } }],
    ["another language", { headers: { "accept-language": "ko" } }],
    ["no wish for redirects", { redirects: 0 }],
    ["no wish for certificates", { insecure: true }],
  ])("answers no call with %s", async (_, { path = "/", ...options }: { path?: string; [name: string]: unknown }) => {
    const { client, server } = await counting();
    await client.get(`${server.url}/`).cache(60);
    expect((await client.get(`${server.url}${path}`, options)).text).toBe("2");
  });

  test("answers no call with another method or body", async () => {
    const { client, server } = await counting();
    await client.post(server.url, { a: 1 }).cache(60);
    expect((await client.post(server.url, { a: 1 })).text).toBe("1");
    expect((await client.post(server.url, { a: 2 })).text).toBe("2");
    expect((await client.put(server.url, { a: 1 })).text).toBe("3");
  });
});

test("a call that is answered by a kept result leaves nothing on its signal", async () => {
  const { client, server } = await counting();
  await client.get(server.url).cache(60);
  const { signal } = new AbortController();
  expect((await client.get(server.url, { signal })).cached).toBe(true);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("what one verb made of an answer is not given to another", async () => {
  await using server = await serve((_, res) => res.writeHead(200, { "Content-Type": "text/xml" }).end("<a/>"));
  await using client = createClient();
  await client.getXml(server.url).cache(60);
  expect((await client.getXml(server.url)).data).toBe("<a/>");
  expect((await client.get(server.url, { headers: { Accept: "text/xml" } })).data).toEqual(Buffer.from("<a/>"));
});

test("a failure is not kept", async () => {
  const { client, server } = await counting();
  const port = server.port;
  await server.stop();
  await client.get(`http://127.0.0.1:${port}/`).cache(60);
  await using again = await serve((_, res) => res.end("back"), port);
  expect((await client.get(again.url)).text).toBe("back");
});

test("as many results are kept as the client says", async () => {
  const { client, server } = await counting({ maxResults: 0 });
  await client.get(server.url).cache(60);
  expect((await client.get(server.url)).text).toBe("2");
});
