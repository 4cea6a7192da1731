import { beforeEach, describe, expect, test } from "vitest";
import * as aquests from "../src/index.ts";
import { services } from "../src/client/services.ts";
import { serve } from "./support/serve.ts";

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  aquests.configure({ log: (line) => lines.push(line) });
});

describe("the functions of the package", () => {
  test("are the verbs of a client", () => {
    expect(Object.keys(services).filter((name) => !(name in aquests))).toEqual([]);
  });

  test("wait for fetchall, and then tell what came", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    aquests.get(server.url);
    aquests.post(server.url, { user: "Hans Roh" });
    await new Promise((later) => setTimeout(later, 20));
    expect(server.requests).toEqual([]);
    const summary = await aquests.fetchall();
    expect(server.requests).toEqual(["GET /", "POST /"]);
    expect(summary).toMatchObject({ tasks: 2, bytes: 10, concurrent: 1 });
    expect(lines).toEqual([
      "REQ GET-0. HTTP/1.1 200 OK 5 bytes received",
      "REQ POST-1. HTTP/1.1 200 OK 5 bytes received",
      expect.stringMatching(/^\* 2 tasks during \d+\.\d\d sec \([\d,]+ tasks\/s\), received 10 bytes \([\d,]+ bytes\/s\), max 1 conns$/),
    ]);
  });

  test("may be run twice at once", async () => {
    await using server = await serve((_, res) => res.end());
    aquests.get(server.url);
    const summaries = await Promise.all([aquests.fetchall(), aquests.fetchall()]);
    expect(summaries).toMatchObject([{ tasks: 1 }, { tasks: 1 }]);
  });

  test("go by what was configured last, those for WebSocket too", async () => {
    await using server = await serve((_, res) => res.writeHead(404).end());
    aquests.configure({ log: false, aliases: { chat: ["ws", server.address] } });
    expect(await aquests.ws("@chat/room", "hello")).toMatchObject({ statusCode: 716, node: server.address });
  });

  test("keep what the HTTP cache has from one run to the next", async () => {
    await using server = await serve((_, res) => res.writeHead(200, { "Cache-Control": "max-age=60" }).end());
    aquests.configure({ log: false, cache: { memory: "1mb" } });
    for (let run = 0; run < 2; run++) {
      aquests.get(server.url);
      await aquests.fetchall();
    }
    expect(server.requests).toHaveLength(1);
  });

  test("say when there is nothing to do", async () => {
    expect(await aquests.fetchall()).toMatchObject({ tasks: 0 });
    expect(lines).toEqual(["no item in queue."]);
  });

  test("give each result to the callback, with its number and method", async () => {
    await using server = await serve((_, res) => res.end());
    const seen: unknown[] = [];
    aquests.configure({ callback: (rs) => seen.push(rs.meta), log: false });
    aquests.get(server.url, { meta: { tag: "a" } });
    aquests.get(server.url, { callback: () => seen.push("own") });
    await aquests.fetchall();
    expect(seen).toEqual([{ tag: "a", reqId: 0, reqMethod: "GET" }, "own"]);
  });

  test("may be called by callbacks", async () => {
    await using server = await serve((_, res) => res.end());
    let left = 5;
    aquests.configure({ callback: () => void (left-- > 0 && aquests.get(server.url)), log: false });
    aquests.get(server.url);
    expect(await aquests.fetchall()).toMatchObject({ tasks: 6 });
  });

  test("wait for a callback that takes its time before the batch is over", async () => {
    await using server = await serve((_, res) => res.end());
    const seen: string[] = [];
    aquests.configure({
      log: false,
      callback: async (rs) => {
        await new Promise((later) => setTimeout(later, 10));
        seen.push(rs.url);
        if (seen.length === 1) aquests.get(`${server.url}/second`);
      },
    });
    aquests.get(server.url);
    await aquests.fetchall();
    expect(seen).toEqual([`${server.url}/`, `${server.url}/second`]);
  });

  test("go on after a callback that throws", async () => {
    await using server = await serve((_, res) => res.end());
    const told: unknown[] = [];
    const callback = (): never => {
      throw new Error("oops");
    };
    aquests.configure({ callback, log: false, report: (_, error) => told.push((error as Error).message) });
    aquests.get(server.url);
    aquests.get(server.url);
    expect(await aquests.fetchall()).toMatchObject({ tasks: 2 });
    expect(told).toEqual(["oops", "oops"]);
  });

  test("have as many requests under way as there are workers", async () => {
    let open = 0;
    await using server = await serve((_, res) => {
      open++;
      setTimeout(() => res.end(String(open--)), 5);
    });
    aquests.configure({ workers: 4, callback: () => {}, log: false });
    for (let at = 0; at < 20; at++) aquests.get(server.url);
    expect(await aquests.fetchall()).toMatchObject({ tasks: 20, concurrent: 4 });
  });

  test("can be awaited, and do not wait for their turn then", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    expect((await aquests.get(server.url)).text).toBe("hello");
    await aquests.fetchall();
    expect(server.requests).toHaveLength(1);
  });

  test("know aliases", async () => {
    await using server = await serve((req, res) => res.end(req.url));
    aquests.alias("@one", "http", server.address);
    expect((await aquests.get("@one/path?q=1")).text).toBe("/path?q=1");
  });
});

test("map waits for fetchall too, one request for each member", async () => {
  await using one = await serve((_, res) => res.end("1"));
  await using two = await serve((_, res) => res.end("2"));
  const seen: string[] = [];
  aquests.configure({ callback: (rs) => seen.push(rs.text), log: false });
  aquests.alias("@both", "http", [one.address, two.address]);
  aquests.get.map("@both/");
  expect(one.requests).toEqual([]);
  expect(await aquests.fetchall()).toMatchObject({ tasks: 2 });
  expect(new Set(seen)).toEqual(new Set(["1", "2"]));
});

test("configure refuses to change what waiting requests rely on", async () => {
  await using server = await serve((_, res) => res.end());
  aquests.get(server.url);
  expect(() => aquests.configure()).toThrow("called with 1 requests in the queue");
  await aquests.fetchall();
});

test.each([0, 1.5, -1])("configure refuses %d workers", (workers) => {
  expect(() => aquests.configure({ workers })).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_OPTION" }));
});
