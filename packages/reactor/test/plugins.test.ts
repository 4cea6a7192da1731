import { describe, expect, test } from "vitest";
import { Engine, respond, type MountedApp, type Plugin } from "../src/index.ts";
import { echoApp, textApp } from "./support/app.ts";

const quiet = { requestLog: false } as const;

describe("a plugin", () => {
  test("runs before the first request, in order, also when it waits", async () => {
    const order: string[] = [];
    await using engine = new Engine(quiet);
    engine.use(async () => {
      await Promise.resolve();
      order.push("one");
    });
    engine.use(() => void order.push("two"));
    engine.on("mounted", () => order.push("mounted"));
    engine.mount("/", echoApp());
    expect(order).toEqual([]);
    await engine.request("/");
    await engine.request("/");
    expect(order).toEqual(["one", "two", "mounted"]);
  });

  test("may mount, also when listen() is what makes it run", async () => {
    await using engine = new Engine(quiet);
    engine.use(async (target) => {
      await Promise.resolve();
      target.mount("/late", echoApp());
    });
    await engine.listen({ port: 0 });
    expect(await (await engine.request("/late/x")).text()).toBe("GET /late/x at /late");
  });

  test("may use another one", async () => {
    await using engine = new Engine(quiet);
    engine.use((outer) => void outer.use((inner) => void inner.mount("/", echoApp())));
    expect((await engine.request("/")).status).toBe(200);
  });

  test("that comes when all have run is refused, not forgotten", async () => {
    await using engine = new Engine(quiet);
    engine.mount("/", echoApp());
    await engine.prepare();
    expect(() => engine.use(() => {})).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_LISTENING" }));
  });

  test("that adds mount targets, stages or processes when it is too late for them is told so", async () => {
    await using engine = new Engine(quiet);
    engine.mount("/", echoApp());
    const late = (what: string): unknown =>
      expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_LISTENING", message: expect.stringContaining(what) });
    engine.on("mounted", () => {
      expect(() => engine.resolve(() => undefined)).toThrow(late("resolve()"));
      expect(() => engine.stage({ name: "late", handle: () => false })).toThrow(late("stage()"));
    });
    await engine.prepare();
    expect(() => engine.helper({ name: "late", command: ["true"] })).toThrow(late("helper()"));
    expect((await engine.request("/")).status).toBe(200);
  });

  test("may add a section of the status page at any time", async () => {
    await using engine = new Engine(quiet);
    engine.mount("/", echoApp());
    await engine.request("/");
    engine.section("late", () => "seen");
    expect(engine.status("late")).toEqual({ late: "seen" });
  });

  test("that fails is named in the error", async () => {
    await using engine = new Engine(quiet);
    const broken: Plugin = () => {
      throw new Error("no database");
    };
    engine.use(broken);
    await expect(engine.listen({ port: 0 })).rejects.toThrow(
      expect.objectContaining({ code: "SKITAI_REACTOR_PLUGIN_FAILED", message: expect.stringMatching(/broken.*no database/) }),
    );
  });

  test("serves aliases that are mounted", async () => {
    await using engine = new Engine(quiet);
    engine.alias("@members", "http", "127.0.0.1:1");
    engine.use(
      (engine) =>
        void engine.resolve((alias): MountedApp | undefined =>
          alias === "@members"
            ? { target: alias, handle: (was) => respond(was, 200, [], `via ${engine.aliases.get("members")!.members[0]!.host}`) }
            : undefined,
        ),
    );
    engine.mount("/members", "@members");
    expect(await (await engine.request("/members/")).text()).toBe("via 127.0.0.1");
  });

  test("adds sections to the status page", async () => {
    await using engine = new Engine(quiet);
    engine.use((engine) => void engine.section("queue", () => ({ waiting: 3, password: "hunter2" })));
    engine.mount(
      "/",
      textApp((was) => was.status("queue")),
    );
    expect(await (await engine.request("/")).text()).toMatch(/queue.*waiting.*3/s);
    expect(engine.status("queue")).toEqual({ queue: { waiting: 3, password: "***" } });
  });

  test("names helper processes for the master", async () => {
    await using engine = new Engine(quiet);
    engine.mount("/", echoApp());
    engine.use((engine) => void engine.helper({ name: "mailer", command: ["node", "mailer.js"] }));
    await engine.prepare();
    expect(engine.helpers).toEqual([{ name: "mailer", command: ["node", "mailer.js"] }]);
  });

  test("hears of the engine's life", async () => {
    const heard: string[] = [];
    const engine = new Engine(quiet);
    engine.use((engine) => {
      engine.on("mounted", () => heard.push("mounted"));
      engine.on("listening", (address) => heard.push(`listening ${address}`));
      engine.on("draining", () => heard.push("draining"));
      engine.on("closed", () => heard.push("closed"));
    });
    engine.mount("/", echoApp());
    await engine.listen({ port: 0 });
    await engine.close({ timeout: 50 });
    expect(heard).toEqual(["mounted", "listening 127.0.0.1", "draining", "closed"]);
  });
});

describe("a stage", () => {
  test("that throws ends in an error page", async () => {
    await using engine = new Engine(quiet);
    engine.stage({ name: "broken", handle: () => Promise.reject(new Error("secret detail")) });
    engine.mount("/", echoApp());
    const res = await engine.request("/");
    expect(res.status).toBe(500);
    expect(await res.text()).not.toContain("secret detail");
  });
});

describe("status", () => {
  test("shows every component, and no secrets", async () => {
    await using engine = new Engine({ ...quiet, name: "shop" });
    engine.alias("@db", "postgresql", "user:hunter2@10.0.0.1/shop");
    engine.mount("/x", echoApp());
    engine.wac.register("searcher", { status: () => ({ indexed: 5, apiKey: "hunter2", url: "http://u:hunter2@h/" }) });
    await engine.request("/x/");
    const report = engine.status();
    expect(report).toMatchObject({
      server: { name: "shop", requests: 1 },
      searcher: { indexed: 5 },
      mounts: [{ host: "default", apps: [{ point: "/x", status: "serving" }] }],
    });
    expect(JSON.stringify(report)).not.toContain("hunter2");
  });

  test("shows the others when one section fails, and no part of a password in a URL", async () => {
    await using engine = new Engine(quiet);
    engine.section("broken", () => {
      throw new Error("no table");
    });
    engine.section("url", () => "redis://u:p@hunter2@h:1/0");
    expect(engine.status("broken")).toEqual({ broken: { failed: "no table" } });
    expect(engine.status("url")).toEqual({ url: "redis://u:***@h:1/0" });
    expect(engine.status()).toHaveProperty("server");
  });

  test("of an unknown section is empty", async () => {
    await using engine = new Engine(quiet);
    expect(engine.status("none")).toEqual({});
    expect(engine.status("constructor")).toEqual({});
  });

  test("survives cycles and odd values, and escapes what it shows", async () => {
    await using engine = new Engine(quiet);
    const cycle: Record<string, unknown> = {
      big: 10n,
      run: () => 1,
      when: new Date(0),
      set: new Set([1]),
      map: new Map([["a", 1]]),
      none: null,
    };
    cycle["self"] = cycle;
    engine.wac.register("odd", { status: () => cycle });
    engine.wac.register("plain", "<script>");
    engine.mount(
      "/",
      textApp((was) => was.status()),
    );
    expect(engine.status("odd")["odd"]).toMatchObject({
      big: "10",
      run: "function",
      when: "1970-01-01T00:00:00.000Z",
      set: [1],
      map: { a: 1 },
    });
    expect(await (await engine.request("/")).text()).not.toContain("<script>");
  });
});
