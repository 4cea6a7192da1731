import { describe, expect, onTestFinished, test } from "vitest";
import { createClient, type Client } from "../src/index.ts";
import { json, serve, type Served } from "./support/serve.ts";

/** Three members of `@nums`, of which each answers with a list of its own. */
const members = async (): Promise<{ client: Client; servers: Served[] }> => {
  const servers = await Promise.all([1, 2, 3].map((number) => serve((_, res) => json(res, [number, number * 10]))));
  const client = createClient({ timeout: "5s" }).alias(
    "@nums",
    "http",
    servers.map(({ address }) => address),
  );
  onTestFinished(async () => {
    await client.close();
    await Promise.all(servers.map((server) => server.stop()));
  });
  return { client, servers };
};

describe("map", () => {
  test("asks every member once and gives what each says", async () => {
    const { client, servers } = await members();
    const results = await client.get.map<number[]>("@nums/list").getswait("5s");
    expect(results.data.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3, 10, 20, 30]);
    expect([results.status, results.statusCode, results.length]).toEqual([[3, 3, 3], [200, 200, 200], 3]);
    expect(servers.map(({ requests }) => requests)).toEqual([["GET /list"], ["GET /list"], ["GET /list"]]);
  });

  test("can be awaited as it is", async () => {
    const { client } = await members();
    expect((await client.get.map("@nums/")).status).toEqual([3, 3, 3]);
  });

  test("filters what one member said while others are awaited", async () => {
    const { client } = await members();
    const seen: string[] = [];
    const filter = (rs: { data: number[]; node: string }): void => {
      seen.push(rs.node);
      rs.data = rs.data.filter((n) => n < 10);
    };
    const results = await client.get.map<number[]>("@nums/", { filter });
    expect([new Set(results.data.flat()), seen.length]).toEqual([new Set([1, 2, 3]), 3]);
  });

  test("tells which member failed and keeps the answers of the others", async () => {
    const { client, servers } = await members();
    await servers[1]!.stop();
    const results = await client.get.map("@nums/");
    expect(results.status).toEqual([3, 2, 3]);
    expect([...results].find(({ status }) => status === 2)?.node).toBe(servers[1]!.address);
    expect(() => results.reraise()).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_CONNECT_FAILED" }));
  });

  test("has several results, so that getwait is refused", async () => {
    const { client } = await members();
    await expect(client.get.map("@nums/").getwait()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_MULTIPLE_RESULTS" });
  });

  test("of a single server is refused", async () => {
    const { client, servers } = await members();
    expect(() => client.get.map(servers[0]!.url)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  });

  test("keeps all results together", async () => {
    const { client, servers } = await members();
    const results = await client.get.map<number[]>("@nums/");
    results.cache(60);
    const again = await client.get.map<number[]>("@nums/");
    expect([again.cached, again.data]).toEqual([true, results.data]);
    expect(servers.flatMap(({ requests }) => requests)).toHaveLength(3);
    expect((await client.get.lb("@nums/")).cached).toBe(false);
    again.expire();
    expect((await client.get.map("@nums/")).cached).toBe(false);
  });

  test("keeps nothing if one member failed", async () => {
    const { client, servers } = await members();
    await servers[0]!.stop();
    (await client.get.map("@nums/")).cache(60);
    expect((await client.get.map("@nums/")).cached).toBe(false);
  });

  test("tells the callback of each result, kept or not", async () => {
    const { client } = await members();
    let told = 0;
    const callback = (): unknown => told++;
    (await client.get.map("@nums/", { callback })).cache(60);
    expect((await client.get.map("@nums/", { callback })).cached).toBe(true);
    expect(told).toBe(6);
  });

  test("that is given up gives its place in the queue of a member back", async () => {
    await using server = await serve(() => {});
    await using client = createClient({ aliases: { busy: ["http", server.address, { maxInFlight: 1 }] } });
    const first = client.get.map("@busy/");
    const second = client.get.map("@busy/");
    const cluster = client.upstreams.get("@busy")!;
    expect(cluster.status().waiting).toBe(1);
    second.abort();
    expect(await second).toMatchObject({ status: [2] });
    expect(cluster.status().waiting).toBe(0);
    first.abort();
  });

  test("asks a member no more that is switched off", async () => {
    const { client, servers } = await members();
    client.upstreams.get("@nums")!.switchOff(servers[2]!.address);
    expect(await client.get.map("@nums/")).toHaveLength(2);
  });

  test("says so in one result where all members are switched off, or the client is closed", async () => {
    const { client, servers } = await members();
    for (const { address } of servers) client.upstreams.get("@nums")!.switchOff(address);
    const off = await client.get.map("@nums/");
    expect([off.length, off.at(0)?.error]).toEqual([1, expect.objectContaining({ code: "SKITAI_AQUESTS_UNAVAILABLE" })]);
    await client.close();
    expect((await client.get.map("@nums/")).at(0)?.error).toMatchObject({ code: "SKITAI_AQUESTS_CLOSED" });
  });
});
