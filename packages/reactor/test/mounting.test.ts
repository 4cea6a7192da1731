import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Engine, type MountTarget } from "../src/index.ts";
import { echoApp } from "./support/app.ts";
import { suiteDirectory } from "./support/temporary-directory.ts";

const directory = suiteDirectory();
const files: Record<string, string> = {
  "plain.js": "export const app = (req, res) => res.end('plain ' + req.url);",
  "named.mjs": "export const shop = (req, res) => res.end('shop');",
  "default.js": "export default (req, res) => res.end('default');",
  "empty.js": "export const nothing = 1;",
  "broken.js": "throw new Error('no such table');",
  "syntax.js": "export const app = (",
  "booted/app.js": "export const app = (req, res) => res.end('booted ' + globalThis.bootedWith);",
  "booted/bootstrap.js":
    "export const bootstrap = (pref) => { pref.config ??= {}; pref.config.seen = true; globalThis.bootedWith = JSON.stringify(pref); };",
  "node_modules/unsub/package.json": '{ "name": "unsub", "version": "1.0.0", "type": "module" }',
  "node_modules/unsub/export/skitai/app.js": "export const app = (req, res) => res.end('unsub');",
  "node_modules/unsub/export/skitai/app_v1.js": "export const app = (req, res) => res.end('unsub v1');",
  "package.json": '{ "type": "module" }',
};

beforeAll(() => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
});

const engineAt = (): Engine => new Engine({ requestLog: false, directory });

describe("a module file", () => {
  test.each([
    ["plain", {}, "plain /x"],
    ["plain.js", {}, "plain /x"],
    ["./plain.js", {}, "plain /x"],
    ["named", { app: "shop" }, "shop"],
    ["default.js", {}, "default"],
    ["unsub", {}, "unsub"],
    [["unsub", "app_v1"], {}, "unsub v1"],
    [["unsub", "app_v1.js"], {}, "unsub v1"],
  ] as [MountTarget, object, string][])("%s with %j answers %j", async (target, options, body) => {
    await using engine = engineAt();
    engine.mount("/v1", target, options);
    expect(await (await engine.request("/v1/x")).text()).toBe(body);
  });

  test("is known to other apps by its name", async () => {
    await using engine = engineAt();
    engine.mount("/a", "plain.js").mount("/b", "default.js", { name: "other" });
    await engine.request("/a/");
    expect(Object.keys(engine.wac.apps)).toEqual(["plain", "other"]);
  });

  test("has its bootstrap run once, before, with its preference", async () => {
    await using engine = engineAt();
    engine.mount("/", "booted/app", { pref: { debug: true } });
    expect(await (await engine.request("/")).text()).toBe('booted {"debug":true,"config":{"seen":true}}');
  });
});

describe("a mount that cannot be", () => {
  test.each([
    ["none.js", "SKITAI_REACTOR_TARGET_NOT_FOUND", /none\.js.*no such directory or module/],
    ["no/such/directory", "SKITAI_REACTOR_TARGET_NOT_FOUND", /no\/such\/directory/],
    [["unsub", "app_v9"], "SKITAI_REACTOR_TARGET_NOT_FOUND", /unsub\/app_v9/],
    [["nopackage", "app"], "SKITAI_REACTOR_TARGET_NOT_FOUND", /nopackage/],
    ["empty.js", "SKITAI_REACTOR_EXPORT_NOT_FOUND", /exports: nothing/],
    ["broken.js", "SKITAI_REACTOR_MODULE_FAILED", /broken\.js.*no such table/],
    ["syntax.js", "SKITAI_REACTOR_MODULE_FAILED", /syntax\.js/],
    ["@members", "SKITAI_REACTOR_ALIAS_UNRESOLVED", /@skitai\/gateway/],
    [{}, "SKITAI_REACTOR_BAD_MOUNT_TARGET", /fetch\(request\)/],
  ] as [MountTarget, string, RegExp][])("(%j) is told as %s", async (target, code, message) => {
    await using engine = engineAt();
    engine.mount("/x", target);
    await expect(engine.listen({ port: 0 })).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test.each(["", "x", "/a//b", "/a/../b", "/./a", "/a?b", "/a#b", "/a b", "/%61", "/café", "\\a"])(
    "point %j is refused at once",
    (point) => {
      expect(() => engineAt().mount(point, echoApp())).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_MOUNT_POINT" }));
    },
  );

  test.each([undefined, null, "", 5, true])("target %j is refused at once", (target) => {
    expect(() => engineAt().mount("/", target as never)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_MOUNT_TARGET" }));
  });

  test("host is refused at once", () => {
    expect(() => engineAt().mount("/", echoApp(), { host: "http://x" })).toThrow(
      expect.objectContaining({ code: "SKITAI_REACTOR_BAD_HOST" }),
    );
  });

  test("comes too late once the engine serves", async () => {
    await using engine = engineAt().mount("/", echoApp());
    await engine.listen({ port: 0 });
    expect(() => engine.mount("/", echoApp())).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_LISTENING" }));
  });
});

describe("an option that cannot be", () => {
  test.each([
    [{ keepAlive: "5 minutes" }, "keepAlive"],
    [{ maxHeaderSize: -1 }, "maxHeaderSize"],
    [{ workers: 1.5 }, "workers"],
    [{ trustedProxies: ["everyone"] }, "everyone"],
    [{ keepLogs: -1 }, "keepLogs cannot be -1. Use a whole number from 1."],
    [{ keepLogs: 0 }, "keepLogs cannot be 0"],
    [{ maxConnections: Number.NaN }, "maxConnections cannot be NaN. Use a whole number from 0, or Infinity for no limit."],
    [{ maxConnections: "10" }, 'maxConnections cannot be "10"'],
    [{ maxConnections: -1 }, "maxConnections cannot be -1"],
    [{ maxHeaderSize: 0 }, "maxHeaderSize cannot be 0. No request is that short: use a size of at least a byte."],
    [{ maxUrlSize: "0.5b" }, 'maxUrlSize cannot be "0.5b"'],
    [{ maxHeaders: 0 }, "maxHeaders cannot be 0. Use a whole number from 1."],
    [{ maxHeaders: "64kb" }, 'maxHeaders cannot be "64kb"'],
    [{ maxRequestsPerConnection: 1.5 }, "maxRequestsPerConnection cannot be 1.5. Use a whole number from 0."],
    [{ maxStreams: 0 }, "maxStreams cannot be 0. Use a whole number from 1 to 4294967295."],
    [{ maxAge: { "/": -1 } }, "The max-age of / cannot be -1. Use a number of seconds, 0 for none."],
    [{ maxAge: { "/": "60" } }, 'The max-age of / cannot be "60"'],
    [{ maxAge: { images: 60 } }, 'A max-age prefix cannot be "images"'],
    [{ health: { live: 5 } }, "health.live cannot be 5"],
    [{ health: { life: "/livez" } }, "Did you mean live?"],
    [{ keepAliv: "5s" }, "Did you mean keepAlive?"],
    [{ port: 5000 }, "An option of an engine cannot be"],
    [{ name: "" }, "name"],
    [{ logPath: 5 }, "logPath"],
    [{ debug: "yes" }, "debug"],
    [null, "an engine"],
  ])("%j is refused with its name", (options, named) => {
    expect(() => new Engine(options as never)).toThrow(named);
  });
});

describe("an address that cannot be", () => {
  test.each([
    [{ port: "6900" }],
    [{ port: -1 }],
    [{ port: 99_999 }],
    [{ port: 1.5 }],
    [{ address: "" }],
    [{ address: 5 }],
    [{ backlog: -1 }],
    [{ forwardTo: 0 }],
    [{ prot: 1 }],
  ])("(%j) is refused", async (options) => {
    await using engine = engineAt().mount("/", echoApp());
    await expect(engine.listen(options as never)).rejects.toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
    expect(() => engine.check(options as never)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  });
});

test.each([
  ["mount options", (engine: Engine) => engine.mount("/", echoApp(), { hots: "a" } as never), "Did you mean host?"],
  ["a host", (engine: Engine) => engine.mount("/", echoApp(), { host: 5 } as never), "host"],
  ["a mount point", (engine: Engine) => engine.mount(5 as never, echoApp()), "mount point"],
  ["a plugin", (engine: Engine) => engine.use(5 as never), "plugin"],
  ["a pattern", (_engine: Engine) => new Engine({ directory }).logOff(5 as never), "logOff"],
] as [string, (engine: Engine) => unknown, string][])("%s of a wrong kind is told at once", (_, call, named) => {
  expect(() => call(engineAt())).toThrow(named);
});

test("apps that are objects are named after their mount points", async () => {
  await using engine = engineAt();
  engine.mount("/", echoApp()).mount("/v1/shop", echoApp()).mount("/blog", echoApp());
  await engine.request("/");
  expect(Object.keys(engine.wac.apps)).toEqual(["app", "shop", "blog"]);
});

test("an engine without a mount says so instead of answering 404 to everything", async () => {
  await using engine = engineAt();
  await expect(engine.listen({ port: 0 })).rejects.toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_NO_MOUNT" }));
});

test("a port that is taken is told with its number", async () => {
  await using one = engineAt().mount("/", echoApp());
  await using two = engineAt().mount("/", echoApp());
  const { port } = await one.listen({ port: 0 });
  await expect(two.listen({ port })).rejects.toThrow(
    expect.objectContaining({ code: "SKITAI_REACTOR_PORT_IN_USE", message: expect.stringContaining(String(port)) }),
  );
});

test("an address that this machine lacks is told", async () => {
  await using engine = engineAt().mount("/", echoApp());
  await expect(engine.listen({ address: "203.0.113.1", port: 0 })).rejects.toThrow(
    expect.objectContaining({ code: "SKITAI_REACTOR_ADDRESS_UNAVAILABLE" }),
  );
});
