import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { Engine, type Was, type WasServices } from "../src/index.ts";
import { textApp } from "./support/app.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

declare module "../src/index.ts" {
  interface WasServices {
    greeting: string;
    counted: { id: number };
  }
}

const engineWith = (answer: (was: Was) => string): Engine =>
  new Engine({ requestLog: false, name: "shop", config: { city: "Seoul" } }).mount("/", textApp(answer));

describe("wac.register", () => {
  test("makes an object visible to every app", async () => {
    await using engine = engineWith((was) => was.greeting);
    engine.wac.register("greeting", "hello");
    expect(await (await engine.request("/")).text()).toBe("hello");
    expect(Reflect.get(engine.wac, "greeting")).toBe("hello");
  });

  test("refuses a name that was has already", async () => {
    await using engine = engineWith(() => "");
    engine.wac.register("greeting", "hello");
    for (const name of ["greeting", "log", "req", "wac", "constructor", "toString", "status"]) {
      expect(() => engine.wac.register(name, 1), name).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_NAME_TAKEN" }));
    }
  });

  test("can be undone, but only for what was registered", async () => {
    await using engine = engineWith((was) => String("greeting" in was));
    engine.wac.register("greeting", "hello");
    engine.wac.unregister("greeting");
    expect(await (await engine.request("/")).text()).toBe("false");
    expect(() => engine.wac.unregister("greeting")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_NAME_UNKNOWN" }));
    expect(() => engine.wac.unregister("log")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_NAME_UNKNOWN" }));
  });

  test("of one engine is nothing to another", async () => {
    await using one = engineWith(() => "");
    await using two = engineWith((was) => String("greeting" in was));
    one.wac.register("greeting", "hello");
    expect(await (await two.request("/")).text()).toBe("false");
  });
});

describe("a defined member", () => {
  test("is made once for each request, when it is used", async () => {
    let made = 0;
    await using engine = engineWith((was) => (was.path === "/use" ? `${was.counted.id} ${was.counted === was.counted}` : "unused"));
    engine.define("counted", () => ({ id: ++made }));
    const ask = async (path: string): Promise<string> => (await engine.request(path)).text();
    expect([await ask("/"), made]).toEqual(["unused", 0]);
    expect([await ask("/use"), await ask("/use")]).toEqual(["1 true", "2 true"]);
  });
});

describe("was", () => {
  test("shows what the engine and the mount are", async () => {
    await using engine = engineWith((was) =>
      JSON.stringify([was.wac.name, was.config["city"], was.baseUrl, was.scheme, was.host, was.remoteAddress, Object.keys(was.apps)]),
    );
    expect(await (await engine.request("http://Shop.example/x")).json()).toEqual([
      "shop",
      "Seoul",
      "",
      "http",
      "shop.example",
      "127.0.0.1",
      ["app"],
    ]);
  });

  test("gives a new path for a temporary file each time", async () => {
    await using engine = engineWith((was) => JSON.stringify([was.gentemp(), was.gentemp()]));
    const [one, two] = (await (await engine.request("/")).json()) as [string, string];
    expect(one).toMatch(/^\/.+skitai-/);
    expect(one).not.toBe(two);
  });

  test("keeps temporary files below varPath, which is made for this user alone", async () => {
    const varPath = join(temporaryDirectory(), "var");
    await using engine = new Engine({ requestLog: false, varPath }).mount(
      "/",
      textApp((was) => was.gentemp()),
    );
    expect(dirname(await (await engine.request("/")).text())).toBe(varPath);
    expect(statSync(varPath).mode & 0o777).toBe(0o700);
  });

  test.each(["restart", "shutdown"] as const)("%s asks the engine's owner", async (action) => {
    await using engine = engineWith((was) => {
      was[action]();
      return "asked";
    });
    const asked = Promise.withResolvers<void>();
    engine.on(action, () => asked.resolve());
    await engine.request("/");
    await asked.promise;
  });
});

describe("transaction ids", () => {
  const ids = (headers: Record<string, string>): Promise<{ gtxid: string; ltxid: number; sent: Record<string, string>[]; after: number }> =>
    engineWith((was) => {
      const sent = [was.transaction.outgoing(), was.transaction.outgoing()];
      return JSON.stringify({ gtxid: was.gtxid, ltxid: was.ltxid, sent, after: was.ltxid });
    })
      .request("/", { headers })
      .then((res) => res.json() as never);

  test("are made for a first request, in the documented form", async () => {
    const { gtxid, ltxid } = await ids({});
    expect(gtxid).toMatch(/^GTID-[0-9a-f]{12}-C\d+-R\d+$/);
    expect(gtxid.length).toBeLessThanOrEqual(64);
    expect(ltxid).toBe(1000);
  });

  test("are taken from the request and grow by 1000, calls by 1, and the own id stays", async () => {
    const { gtxid, ltxid, sent, after } = await ids({ "x-gtxn-id": "GTID-abc-C1-R2", "x-ltxn-id": "1001" });
    expect([gtxid, ltxid, after]).toEqual(["GTID-abc-C1-R2", 2001, 2001]);
    expect(sent.map((headers) => [headers["x-gtxn-id"], headers["x-ltxn-id"]])).toEqual([
      ["GTID-abc-C1-R2", "2002"],
      ["GTID-abc-C1-R2", "2003"],
    ]);
  });

  test("without a local id begin at 1000", async () => {
    expect((await ids({ "x-gtxn-id": "GTID-abc-C1-R2" })).ltxid).toBe(1000);
  });

  test.each([["bad id"], ["x".repeat(65)], ["a\tb"], [""]])("that are not well-formed (%j) count as absent", async (id) => {
    expect(await ids({ "x-gtxn-id": id, "x-ltxn-id": "5000" })).toMatchObject({ gtxid: expect.stringMatching(/^GTID-/), ltxid: 1000 });
  });

  test("differ between engines of one name", async () => {
    const [one, two] = [await ids({}), await ids({})];
    expect(one.gtxid.split("-C")[0]).not.toBe(two.gtxid.split("-C")[0]);
  });

  const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  test("carry the W3C trace context along", async () => {
    const [first] = (await ids({ traceparent: parent, tracestate: "a=b" })).sent;
    expect(first).toMatchObject({ traceparent: parent, tracestate: "a=b" });
  });

  test.each(["", "00-x", parent.replace("00-", "ff-"), parent.replace(/0af\w+/, "0".repeat(32)), parent.toUpperCase()])(
    "make a new trace context instead of %j",
    async (traceparent) => {
      const [first] = (await ids({ traceparent, tracestate: "a=b" })).sent;
      expect(first!["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(first!["traceparent"]).not.toBe(traceparent);
      expect(first).not.toHaveProperty("tracestate");
    },
  );
});

export type { WasServices };
