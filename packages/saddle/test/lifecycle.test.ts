import { mountable, type Mountable, type MountSite } from "@skitai/reactor";
import { describe, expect, test } from "vitest";
import { appMounted, appRestarted, appRestarting, appStarted, appStarting, appUnmounting, Saddle } from "../src/index.ts";
import { serve } from "./support/serve.ts";

const lifecycle = (): { app: Saddle; notes: string[] } => {
  const app = new Saddle();
  const notes: string[] = [];
  const note = (text: string) => (): void => void notes.push(text);
  app.beforeMount(note("beforeMount")).mounted(note("mounted")).beforeRemount(note("beforeRemount")).remounted(note("remounted"));
  app.beforeUmount(note("beforeUmount")).umounted(note("umounted"));
  for (const event of [appStarting, appStarted, appRestarting, appRestarted] as const) app.on(event, note(event));
  for (const event of [appMounted, appUnmounting] as const) app.on(event, note(event));
  app.route("/", () => "ok");
  return { app, notes };
};

/** What a worker mounts that takes the place of another one. */
const successor = (app: Saddle): Mountable => ({ [mountable]: (site: MountSite) => app[mountable]({ ...site, successor: true }) });

describe("the life of an app", () => {
  test("runs its hooks and events in order", async () => {
    const { app, notes } = lifecycle();
    const { request, engine } = await serve(app);
    expect(await (await request("/")).text()).toBe("ok");
    expect(notes.splice(0)).toEqual(["beforeMount", "app:starting", "app:started", "mounted", "app:mounted"]);
    await engine.close();
    expect(notes).toEqual(["app:umounting", "beforeUmount", "umounted"]);
  });

  test("in a worker that takes the place of another has the hooks of remounting behind those of mounting", async () => {
    const { app, notes } = lifecycle();
    const { request } = await serve(app, "memory", { mounts: [["/", successor(app) as Saddle]] });
    await request("/");
    expect(notes).toEqual([
      "beforeMount",
      "app:starting",
      "beforeRemount",
      "app:restarting",
      "app:started",
      "app:restarted",
      "mounted",
      "remounted",
      "app:mounted",
    ]);
  });

  test("has any number of hooks of each kind, which run one after the other", async () => {
    const { app, notes } = lifecycle();
    app.beforeMount(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      notes.push("another beforeMount");
    });
    app.beforeMount(() => void notes.push("a third"));
    app.mounted(() => void notes.push("another mounted")).umounted(() => void notes.push("another umounted"));
    const { request, engine } = await serve(app);
    await request("/");
    expect(notes.filter((note) => !note.startsWith("app:"))).toEqual([
      "beforeMount",
      "another beforeMount",
      "a third",
      "mounted",
      "another mounted",
    ]);
    await engine.close();
    expect(notes.slice(-3)).toEqual(["beforeUmount", "umounted", "another umounted"]);
  });

  test.each(["beforeMount", "mounted"] as const)("does not begin where a hook %s fails", async (hook) => {
    const { app } = lifecycle();
    const cause = new Error("no table users");
    app[hook](async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw cause;
    });
    const { request } = await serve(app, "memory", { mounts: [["/shop", app]] });
    await expect(request("/shop/")).rejects.toMatchObject({
      code: "SKITAI_SADDLE_HOOK_FAILED",
      message: `The hook ${hook} of the app shop at /shop failed: no table users`,
      cause,
    });
  });

  test.each(["beforeRemount", "remounted"] as const)("does not begin in a successor where a hook %s fails", async (hook) => {
    const { app } = lifecycle();
    app[hook](() => Promise.reject(new Error("no table users")));
    const { request } = await serve(app, "memory", { mounts: [["/", successor(app) as Saddle]] });
    await expect(request("/")).rejects.toMatchObject({ code: "SKITAI_SADDLE_HOOK_FAILED" });
  });

  test("goes on where a handler of its events fails", async () => {
    const { app } = lifecycle();
    app.on(appStarting, () => {
      throw new Error("starting broke");
    });
    const { request, log } = await serve(app);
    expect((await request("/")).status).toBe(200);
    expect(await log()).toContain("[expt:app:starting] <Error> starting broke");
  });

  test("ends with all of its hooks, also where one fails", async () => {
    const { app, notes } = lifecycle();
    app.beforeUmount(() => Promise.reject(new Error("beforeUmount broke")));
    app.beforeUmount(() => void notes.push("another beforeUmount"));
    const { request, engine, log } = await serve(app);
    await request("/");
    await engine.close();
    expect(notes.slice(-2)).toEqual(["another beforeUmount", "umounted"]);
    expect(await log()).toContain("[expt:beforeUmount] <Error> beforeUmount broke");
  });

  test("lets an app share objects with all apps", async () => {
    const app = new Saddle();
    app.beforeMount((wac) => wac.register("searcher", { query: (word: string) => `found ${word}` }));
    const other = new Saddle();
    other.route("/", (was) => (was as unknown as { searcher: { query(word: string): string } }).searcher.query("ipad"));
    const { request } = await serve(app, "memory", {
      mounts: [
        ["/a", app],
        ["/b", other],
      ],
    });
    expect(await (await request("/b/")).text()).toBe("found ipad");
  });

  test("gives hooks a was that renders and builds URLs, without a request", async () => {
    const app = new Saddle(new URL("fixtures/site/", import.meta.url));
    const got: unknown[] = [];
    app.route("/u/<int:id>", { name: "user" }, () => "");
    app.mounted((was) => {
      got.push(
        was.render("hello.html", { name: "Hans" }),
        was.ab("user", 1),
        was.request.args,
        was.request.body.length,
        was.env["HTTP_HOST"],
      );
      was.log("cache filled");
    });
    const { request, log } = await serve(app, "memory", { mounts: [["/m", app]] });
    await request("/m/");
    expect(got).toEqual(["Hello Hans!\n", "/m/u/1", {}, 0, undefined]);
    expect(await log()).toMatch(/\[info:GTID-[^\]]+\] cache filled/);
  });
});

describe("preferences of a mount", () => {
  test("override properties and config there, and nowhere else", async () => {
    const app = new Saddle();
    app.config["pageSize"] = 10;
    app.securekey = "own";
    app.route("/", (was) => [
      was.app.debug,
      was.app.securekey,
      was.app.config["pageSize"],
      was.app.config["other"] ?? null,
      was.app.config.argumentErrorStatus,
    ]);
    app.route("/int", { params: { n: "int" } }, () => "");
    const pref = { debug: true, securekey: "theirs", config: { pageSize: 20, argumentErrorStatus: 508 } };
    const { request } = await serve(app, "memory", {
      mounts: [
        ["/a", app, { pref, name: "a" }],
        ["/b", app, { name: "b" }],
      ],
    });
    expect(await (await request("/a/")).json()).toEqual([true, "theirs", 20, null, 508]);
    expect(await (await request("/b/")).json()).toEqual([false, "own", 10, null, 400]);
    expect([(await request("/a/int")).status, (await request("/b/int")).status]).toEqual([508, 400]);
    app.config["other"] = "late";
    expect(await (await request("/a/")).json()).toEqual([true, "theirs", 20, "late", 508]);
    expect([app.debug, app.securekey, app.config["pageSize"]]).toEqual([false, "own", 10]);
  });

  test("decide the limits of bodies and whether files are watched", async () => {
    const app = new Saddle("/srv/shop");
    app.route("/", (was) => was.request.body.length);
    const pref = { useReloader: true, config: { maxPostBodySize: 5 } };
    const { request, engine } = await serve(app, "memory", {
      mounts: [
        ["/a", app, { pref, name: "a" }],
        ["/b", app, { name: "b" }],
      ],
    });
    const status = async (path: string): Promise<number> => (await request(path, { method: "POST", body: "123456" })).status;
    expect([await status("/a/"), await status("/b/")]).toEqual([413, 200]);
    expect(engine.watchPaths).toEqual(["/srv/shop"]);
  });

  test("leave what is set in a request on the app itself", async () => {
    const app = new Saddle();
    app.route("/", (was) => {
      was.app.securekey = "new";
      was.app.debug = true;
      return ["debug" in was.app, "nothing" in was.app];
    });
    const { request } = await serve(app, "memory", { mounts: [["/", app, { pref: { debug: false } }]] });
    expect(await (await request("/")).json()).toEqual([true, false]);
    expect([app.securekey, app.debug]).toEqual(["new", false]);
  });

  test("that make no sense keep the engine from starting", async () => {
    const mounted = async (config: Record<string, unknown>): Promise<unknown> => {
      const app = new Saddle();
      const { request } = await serve(app, "memory", { mounts: [["/", app, { pref: { config } }]] });
      return request("/");
    };
    await expect(mounted({ maxPostBodySize: "big" })).rejects.toThrow("config.maxPostBodySize is not a size");
    await expect(mounted({ argumentErrorStatus: 200 })).rejects.toThrow("config.argumentErrorStatus cannot be 200");
  });

  test("of the engine hold where an app keeps its defaults", async () => {
    const app = new Saddle();
    app.route("/", (was) => was.request.body.length);
    const { request } = await serve(app, "memory", { engine: { maxPostBodySize: 3 } });
    expect((await request("/", { method: "POST", body: "1234" })).status).toBe(413);
  });
});

describe("the home of an app", () => {
  test("is the directory of its file, or the one given", () => {
    const here = import.meta.dirname;
    expect(new Saddle(import.meta).home).toBe(here);
    expect(new Saddle(import.meta.url).home).toBe(here);
    expect(new Saddle(new URL(".", import.meta.url)).home).toBe(here);
    expect(new Saddle(import.meta.filename).home).toBe(here);
    expect(new Saddle("/srv/shop").home).toBe("/srv/shop");
    expect(new Saddle().home).toBe(process.cwd());
    expect(new Saddle("/srv/shop").getResource("db", "a.sqlite3")).toBe("/srv/shop/resources/db/a.sqlite3");
    expect(() => new Saddle(new URL("https://x/"))).toThrow("The home of an app");
  });

  test("shows in the engine's status what the app serves", async () => {
    const app = new Saddle();
    app.route("/x", { name: "x", methods: ["GET"] }, () => "");
    const { engine, request } = await serve(app);
    await request("/");
    expect(JSON.stringify(engine.status("mounts"))).toContain('"rule":"/x"');
  });
});
