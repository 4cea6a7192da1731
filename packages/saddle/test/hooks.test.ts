import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpError } from "@skitai/reactor";
import { describe, expect, onTestFinished, test } from "vitest";
import { watchFile } from "../src/hook/file-condition.ts";
import {
  requestFailed,
  requestFinished,
  requestStarting,
  requestSuccess,
  requestTearingDown,
  Saddle,
  type SaddleWas,
} from "../src/index.ts";
import { serve, ways } from "./support/serve.ts";

/** An app that notes the order of what happens. */
const noting = (): { app: Saddle; notes: string[]; note: (text: string) => () => void } => {
  const app = new Saddle();
  const notes: string[] = [];
  const note = (text: string) => (): void => void notes.push(text);
  app.beforeRequest(note("before")).finishRequest(note("finish")).failedRequest(note("failed")).teardownRequest(note("teardown"));
  for (const event of [requestStarting, requestFailed, requestSuccess, requestTearingDown, requestFinished] as const)
    app.on(event, note(event));
  app.route("/ok", () => {
    notes.push("handler");
    return "ok";
  });
  app.route("/boom", () => {
    throw new Error("boom");
  });
  app.route("/thrown", (was) => was.response.throw(403));
  app.route("/http", () => {
    throw new HttpError(404, "no");
  });
  app.route("/int", { params: { n: "int" } }, () => "int");
  return { app, notes, note };
};

describe.each(ways)("hooks around a request (%s)", (way) => {
  test("run in the documented order", async () => {
    const { app, notes } = noting();
    const { request } = await serve(app, way);
    expect(await (await request("/ok")).text()).toBe("ok");
    expect(notes).toEqual([
      "request:started",
      "before",
      "handler",
      "request:success",
      "finish",
      "request:teardown",
      "teardown",
      "request:finished",
    ]);
  });

  test("tell a failure, and always tear down", async () => {
    const { app, notes } = noting();
    const { request } = await serve(app, way);
    expect((await request("/boom")).status).toBe(500);
    expect(notes).toEqual(["request:started", "before", "request:failed", "failed", "request:teardown", "teardown", "request:finished"]);
  });

  test.each([
    ["/thrown", 403],
    ["/http", 404],
    ["/int?n=x", 400],
  ])("take what is thrown on purpose for no failure: %s", async (path, status) => {
    const { app, notes } = noting();
    const { request } = await serve(app, way);
    expect((await request(path)).status).toBe(status);
    expect(notes).toEqual(["request:started", "before", "request:teardown", "teardown", "request:finished"]);
  });

  test("do not run where no route was found", async () => {
    const { app, notes } = noting();
    const { request } = await serve(app, way);
    expect((await request("/none")).status).toBe(404);
    expect((await request("/ok", { method: "PROPFIND" })).status).toBe(405);
    expect(notes).toEqual([]);
  });

  test("can answer before the handler, and tear down all the same", async () => {
    const { app, notes } = noting();
    app.beforeRequest((was) => (was.request.args["stop"] === undefined ? undefined : was.response("401 Unauthorized", "stop")));
    app.beforeRequest(() => void notes.push("second"));
    const { request } = await serve(app, way);
    const response = await request("/ok?stop");
    expect([response.status, await response.text()]).toEqual([401, "stop"]);
    expect(notes).toEqual(["request:started", "before", "request:teardown", "teardown", "request:finished"]);
  });

  test("can make an answer of a failure", async () => {
    const { app } = noting();
    app.failedRequest((was, error) => was.response("501 Server Error", `sorry: ${(error as Error).message}`));
    const { request, log } = await serve(app, way);
    const response = await request("/boom");
    expect([response.status, await response.text()]).toEqual([501, "sorry: boom"]);
    expect(await log()).toContain("<Error> boom");
  });

  test("may fail themselves", async () => {
    const { app, notes } = noting();
    app.failedRequest(() => {
      throw new Error("failed broke");
    });
    app.teardownRequest(() => {
      throw new Error("teardown broke");
    });
    app.teardownRequest(() => void notes.push("last"));
    const { request, log } = await serve(app, way);
    expect((await request("/boom")).status).toBe(500);
    expect((await request("/ok")).status).toBe(200);
    expect(notes.filter((text) => text === "last")).toHaveLength(2);
    app.finishRequest(() => {
      throw new Error("finish broke");
    });
    expect((await request("/ok")).status).toBe(500);
    app.beforeRequest(() => {
      throw new Error("before broke");
    });
    expect((await request("/ok")).status).toBe(500);
    const lines = await log();
    for (const hook of ["failed", "teardown", "finish", "before"]) expect(lines).toContain(`${hook} broke`);
  });

  test("can refuse with a status where they are", async () => {
    const app = new Saddle();
    app.beforeRequest((was) => was.request.args["a"] && was.response.throw(401));
    app.finishRequest((was) => was.request.args["b"] && was.response.throw(402));
    app.failedRequest((was) => was.request.args["c"] && was.response.throw(403));
    app.route("/x", (was) => (was.request.args["c"] === undefined ? "ok" : (undefined as never)));
    const { request } = await serve(app, way);
    const statuses = await Promise.all(["/x", "/x?a=1", "/x?b=1", "/x?c=1"].map(async (path) => (await request(path)).status));
    expect(statuses).toEqual([200, 401, 402, 403]);
  });

  test("are waited for", async () => {
    const app = new Saddle();
    const order: string[] = [];
    const slow = (name: string) => async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(name);
    };
    app.beforeRequest(slow("before")).finishRequest(slow("finish")).teardownRequest(slow("teardown"));
    app.route("/x", async () => {
      await slow("handler")();
      return "x";
    });
    const { request } = await serve(app, way);
    await request("/x");
    expect(order).toEqual(["before", "handler", "finish", "teardown"]);
  });

  test("may add headers to what the handler returned", async () => {
    const app = new Saddle();
    app.finishRequest((was) => void was.response.setHeader("X-A", "1"));
    app.route("/x", () => "x");
    const { request } = await serve(app, way);
    expect((await request("/x")).headers.get("x-a")).toBe("1");
  });

  test("take a value that cannot be sent for a failure", async () => {
    const { app, notes } = noting();
    app.route("/bigint", () => ({ n: 1n }));
    const { request } = await serve(app, way);
    expect((await request("/bigint")).status).toBe(500);
    expect(notes).toContain("failed");
    expect(notes).not.toContain("request:success");
  });
});

describe.each(ways)("works of one route (%s)", (way) => {
  test("run before and after its handler, what the latter return being ignored", async () => {
    const app = new Saddle();
    const notes: string[] = [];
    const note =
      (text: string) =>
      (was: SaddleWas): string | undefined => {
        notes.push(text);
        return text.startsWith("post") ? "ignored" : (was.request.args[text] as string | undefined);
      };
    app.route("/x", { preworks: [note("pre1"), note("pre2")], postworks: [note("post1"), note("post2")] }, () => {
      notes.push("handler");
      return "x";
    });
    app.route("/one", { preworks: note("pre"), postworks: note("post"), params: { n: 1 } }, (_was, { n }) => n);
    const { request } = await serve(app, way);
    expect(await (await request("/x")).text()).toBe("x");
    expect(notes.splice(0)).toEqual(["pre1", "pre2", "handler", "post1", "post2"]);
    expect(await (await request("/x?pre1=stopped")).text()).toBe("stopped");
    expect(notes.splice(0)).toEqual(["pre1"]);
    expect(await (await request("/one?n=2")).json()).toBe(2);
    expect(notes).toEqual(["pre", "post"]);
  });

  test("look at files that are modified", async () => {
    const directory = mkdtempSync(join(tmpdir(), "saddle-modified-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "config");
    writeFileSync(file, "1");
    const app = new Saddle();
    const calls: string[] = [];
    const reload = (was: SaddleWas, path: string): unknown => {
      calls.push(path);
      return was.request.args["answer"];
    };
    app.route("/x", { ifFileModified: [file, reload, 0] }, () => "x");
    app.route(
      "/both",
      {
        ifFileModified: [
          [file, reload, "0ms"],
          [join(directory, "none"), reload],
        ],
      },
      () => "x",
    );
    const { request } = await serve(app, way);
    await request("/x");
    await request("/x");
    expect(calls).toEqual([file]);
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect(await (await request("/x?answer=changed")).text()).toBe("changed");
    expect(await (await request("/x?answer=changed")).text()).toBe("x");
    await request("/both");
    expect(calls).toEqual([file, file, file]);
  });
});

test("a file is not looked at more often than asked", async () => {
  let time = 0;
  let calls = 0;
  const directory = mkdtempSync(join(tmpdir(), "saddle-modified-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "config");
  writeFileSync(file, "1");
  const watch = watchFile(
    file,
    () => void calls++,
    1000,
    () => time,
  );
  const was = {} as SaddleWas;
  await watch(was);
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  time = 999;
  await watch(was);
  expect(calls).toBe(1);
  time = 1000;
  await watch(was);
  expect(calls).toBe(2);
  rmSync(file);
  time = 5000;
  await watch(was);
  expect(calls).toBe(2);
  await expect(watchFile("a\0b", () => null, 0)(was)).rejects.toThrow("null bytes");
});

test("a function that fails on a new file is called again before the next request", async () => {
  const directory = mkdtempSync(join(tmpdir(), "saddle-modified-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "config");
  writeFileSync(file, "1");
  const outcomes = [() => Promise.reject(new Error("no database")), () => "loaded", () => "again"];
  const watch = watchFile(file, () => outcomes.shift()!(), 1000);
  const was = {} as SaddleWas;
  await expect(watch(was)).rejects.toThrow("no database");
  expect(await watch(was)).toBe("loaded");
  expect(await watch(was)).toBeUndefined();
});

test("a function that fails on an old state of a file does not forget that there is a newer one", async () => {
  const directory = mkdtempSync(join(tmpdir(), "saddle-modified-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "config");
  writeFileSync(file, "1");
  const first = Promise.withResolvers<string>();
  const entered = Promise.withResolvers<void>();
  const outcomes = [() => (entered.resolve(), first.promise), () => "newer", () => "again"];
  const watch = watchFile(file, () => outcomes.shift()!(), 0);
  const was = {} as SaddleWas;
  const failed = expect(watch(was)).rejects.toThrow("no database");
  await entered.promise;
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  expect(await watch(was)).toBe("newer");
  first.reject(new Error("no database"));
  await failed;
  expect(await watch(was)).toBeUndefined();
});
