import { describe, expect, onTestFinished, test } from "vitest";
import { createClient, type Client, type ClientOptions, type Result } from "../src/index.ts";
import { json, serve } from "./support/serve.ts";

const clientOf = (options: ClientOptions = {}): Client => {
  const client = createClient(options);
  onTestFinished(() => client.close());
  return client;
};

describe("a call", () => {
  test("is under way before anybody awaits it", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = await serve((_, res) => (resolve(), res.end("hello")));
    const dispatch = clientOf().get(server.url);
    await promise;
    expect(await dispatch).toMatchObject({ status: 3, statusCode: 200, reason: "OK", text: "hello", method: "GET", node: server.address });
  });

  test("can be awaited as often as one likes, and is sent once", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const dispatch = clientOf().get(server.url);
    const results = await Promise.all([dispatch, dispatch, dispatch.getwait()]);
    expect(new Set(results).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  test("of several runs beside the others", async () => {
    let open = 0;
    let most = 0;
    await using server = await serve((_, res) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        res.end();
      }, 20);
    });
    const client = clientOf();
    await Promise.all(Array.from({ length: 5 }, () => client.get(server.url)));
    expect(most).toBe(5);
  });

  test("gives back what its caller gave along", async () => {
    await using server = await serve((_, res) => res.end());
    const rs = await clientOf().get(server.url, { meta: { tag: 7 } });
    expect(rs.meta).toEqual({ tag: 7 });
  });

  test("that is answered with 404 has an answer", async () => {
    await using server = await serve((_, res) => json(res, { code: 1 }, 404));
    const rs = await clientOf().get<{ code: number }>(server.url);
    expect([rs.status, rs.statusCode, rs.ok, rs.data.code]).toEqual([3, 404, false, 1]);
    expect(rs.reraise()).toBe(rs);
    expect(() => rs.raiseForStatus()).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_HTTP_STATUS", statusCode: 404 }));
  });

  test("with an option that nobody reads is refused with the one that was meant", async () => {
    await using server = await serve((_, res) => res.end());
    expect(() => clientOf().get(server.url, { timout: 3 } as object)).toThrow("Did you mean timeout?");
  });

  test("to an alias that nobody defined names those that are", () => {
    const client = clientOf().alias("@one", "http", "127.0.0.1:1");
    expect(() => client.get("@two/path")).toThrow("There is no alias @two. Known: @one.");
  });

  test("of a client that is closed says so", async () => {
    const client = createClient();
    await client.close();
    await client.close();
    expect(await client.get("http://127.0.0.1:1/")).toMatchObject({ status: 2, error: { code: "SKITAI_AQUESTS_CLOSED" } });
  });
});

describe("waiting", () => {
  const silent = (): ReturnType<typeof serve> => serve(() => {});

  test("ends with status 1 when the time of the call is over", async () => {
    await using server = await silent();
    const rs = await clientOf().get(server.url, { timeout: 30 });
    expect(rs).toMatchObject({
      status: 1,
      statusCode: 730,
      reason: "Timeout",
      data: null,
      text: "",
      error: { code: "SKITAI_AQUESTS_TIMEOUT" },
    });
  });

  test("takes the client's time limit where the call has none", async () => {
    await using server = await silent();
    expect((await clientOf({ timeout: 30 }).get(server.url)).status).toBe(1);
  });

  test.each([{}, { timeout: 0 }])("counts from the creation of the call (%j)", async (options) => {
    await using server = await silent();
    const dispatch = clientOf().get(server.url, options);
    await new Promise((later) => setTimeout(later, 40));
    const begun = performance.now();
    expect((await dispatch.getwait(20)).status).toBe(1);
    expect(performance.now() - begun).toBeLessThan(15);
  });

  test("rejects where the caller wants it to", async () => {
    await using server = await silent();
    const client = clientOf({ timeout: 20 });
    await expect(client.get(server.url).wait()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
    await expect(client.get(server.url).getwait("20ms", { reraise: true })).rejects.toMatchObject({ statusCode: 730 });
  });

  test("with getswait gives the one result as several", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const results = await clientOf().get(server.url).getswait();
    expect([results.length, results.status, results.statusCode, [...results][0]?.text]).toEqual([1, [3], [200], "hello"]);
  });

  test("ends when the signal fires", async () => {
    await using server = await silent();
    const controller = new AbortController();
    const dispatch = clientOf().get(server.url, { signal: controller.signal });
    controller.abort(new Error("the user left"));
    expect(await dispatch).toMatchObject({
      status: 2,
      statusCode: 712,
      error: { code: "SKITAI_AQUESTS_ABORTED", message: expect.stringContaining("the user left") },
    });
  });

  test("does not begin when the signal has fired before", async () => {
    await using server = await silent();
    const rs = await clientOf().get(server.url, { signal: AbortSignal.abort() });
    expect([rs.status, server.requests]).toEqual([2, []]);
  });

  test("ends when the call is given up", async () => {
    await using server = await silent();
    const dispatch = clientOf().get(server.url);
    dispatch.abort();
    expect((await dispatch).error).toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
  });
});

describe("a filter", () => {
  test("sees the result first and may replace its data", async () => {
    await using server = await serve((_, res) => json(res, [4, 76, 7]));
    const rs = await clientOf().get<number[]>(server.url, { filter: (result) => void (result.data = result.data.filter((n) => n < 10)) });
    expect(rs.data).toEqual([4, 7]);
  });

  test("may take its time", async () => {
    await using server = await serve((_, res) => res.end());
    const rs = await clientOf().get(server.url, {
      filter: async (result) => {
        await new Promise((later) => setTimeout(later, 5));
        result.data = "later";
      },
    });
    expect(rs.data).toBe("later");
  });

  test("sees failures too", async () => {
    await using server = await serve(() => {});
    const rs = await clientOf().get(server.url, { timeout: 20, filter: (result) => void (result.data = []) });
    expect([rs.status, rs.data]).toEqual([1, []]);
  });

  test("that throws makes the call a failure", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const filter = (): never => {
      throw new Error("no");
    };
    expect(await clientOf().get(server.url, { filter })).toMatchObject({
      status: 2,
      statusCode: 701,
      error: { message: expect.stringContaining("filter") },
    });
  });
});

describe("a callback", () => {
  test("gets the result", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const { promise, resolve } = Promise.withResolvers<Result<unknown>>();
    clientOf().get(server.url, { callback: resolve });
    expect((await promise).text).toBe("hello");
  });

  test("that throws is told of, and the result stands", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const client = clientOf({ report: (message, error) => (told.push(`${message}: ${(error as Error).message}`), resolve()) });
    const rs = await client.get(server.url, {
      callback: () => {
        throw new Error("oops");
      },
    });
    await promise;
    expect([rs.status, told]).toEqual([3, ["A callback failed: oops"]]);
  });
});

describe("the time limit", () => {
  test("holds for a filter too", async () => {
    await using server = await serve((_, res) => res.end("hello"));
    const rs = await clientOf().get(server.url, { filter: () => new Promise(() => {}), timeout: 50 });
    expect([rs.status, rs.statusCode]).toEqual([1, 730]);
  });

  test("of one call says nothing against a member, but several that hang in a row do", async () => {
    let hangs = true;
    await using server = await serve((req, res) => {
      if (!hangs || req.url === "/quick") res.end("hello");
    });
    const client = clientOf().alias("@one", "http", server.address);
    const cluster = client.upstreams.get("@one")!;
    for (let at = 0; at < 4; at++) expect((await client.get("@one/", { timeout: 10 })).status).toBe(1);
    expect(cluster.members[0]!.state).toBe("up");
    await client.get("@one/quick");
    for (let at = 0; at < 5; at++) await client.get("@one/", { timeout: 10 });
    await expect.poll(() => cluster.members[0]!.state).toBe("down");
    hangs = false;
    expect((await client.get("@one/")).text).toBe("hello");
  });
});
