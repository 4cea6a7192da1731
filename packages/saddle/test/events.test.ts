import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { appMounted, requestStarting, Saddle, templateRendered, templateRendering, type SaddleWas } from "../src/index.ts";
import { serve } from "./support/serve.ts";

const fixtures = new URL("fixtures/site/", import.meta.url);

test("an event of an app reaches its handlers with the request under way and its arguments", async () => {
  const app = new Saddle();
  const seen: unknown[] = [];
  app.on("user-updated", (was, id: number) => void seen.push([was.request.uri, id]));
  app.on(["user-updated", "user-removed"], (_was, id: number) => void seen.push(id));
  app.route("/users/<int:id>", async (_was, { id }) => {
    await setImmediate();
    app.emit("user-updated", id);
    app.emit("nobody-listens", id);
    return seen;
  });
  const { request } = await serve(app);
  expect(await (await request("/users/7")).json()).toEqual([["/users/7", 7], 7]);
});

test("two requests at a time keep their events apart", async () => {
  const app = new Saddle();
  const seen: string[] = [];
  app.on("done", (was) => void seen.push(was.request.uri));
  app.beforeRequest(() => null);
  app.route("/<int:wait>", async (_was, { wait }) => {
    for (let at = 0; at < wait; at++) await setImmediate();
    app.emit("done");
    return "";
  });
  const { request } = await serve(app);
  await Promise.all([request("/9"), request("/1")]);
  expect(seen).toEqual(["/1", "/9"]);
});

test("emitAfter tells an event when a function has returned, and chains", async () => {
  const app = new Saddle();
  const seen: string[] = [];
  const users = app.emitAfter("user-updated", async function users(_was: SaddleWas) {
    await setImmediate();
    seen.push("handler");
    return "users";
  });
  app.route("/users", users);
  app.route(
    "/sync",
    { name: "sync" },
    app.emitAfter("user-updated", () => "sync"),
  );
  app.on("photo-updated", () => void seen.push("photo"));
  app.on(
    "user-updated",
    app.emitAfter("photo-updated", () => void seen.push("user")),
  );
  const { request } = await serve(app);
  expect(await (await request("/users")).text()).toBe("users");
  expect(seen).toEqual(["handler", "user", "photo"]);
  expect(await (await request("/sync")).text()).toBe("sync");
  expect(app.buildUrl("users")).toBe("/users");
});

test("a function that throws tells no event", async () => {
  const app = new Saddle();
  let told = false;
  app.on("done", () => void (told = true));
  app.route(
    "/x",
    app.emitAfter("done", () => {
      throw new Error("x");
    }),
  );
  const { request } = await serve(app);
  await request("/x");
  expect(told).toBe(false);
});

test("a handler that fails stops neither the others nor the request", async () => {
  const app = new Saddle();
  let reached = 0;
  app.on("e", () => {
    throw new Error("first broke");
  });
  app.on("e", async () => await Promise.reject(new Error("second broke")));
  app.on("e", () => void reached++);
  app.on(requestStarting, () => {
    throw new Error("starting broke");
  });
  app.route("/x", () => {
    app.emit("e");
    return "fine";
  });
  const { request, log } = await serve(app);
  expect(await (await request("/x")).text()).toBe("fine");
  expect(reached).toBe(1);
  const lines = await log();
  for (const which of ["first", "second", "starting"]) expect(lines).toContain(`${which} broke`);
});

test("a handler that is registered twice runs once", async () => {
  const app = new Saddle();
  let count = 0;
  const handler = (): void => void count++;
  app.on("e", handler).on("e", handler);
  app.route("/x", () => {
    app.emit("e");
    return count;
  });
  const { request } = await serve(app);
  expect(await (await request("/x")).json()).toBe(1);
});

test("an event outside requests has nobody to tell it to", () => {
  const app = new Saddle();
  expect(() => app.emit("unheard")).not.toThrow();
  app.on("heard", () => null);
  expect(() => app.emit("heard")).toThrow(expect.objectContaining({ code: "SKITAI_SADDLE_REQUEST_MISSING" }));
});

test("templates tell when they are rendered", async () => {
  const app = new Saddle(fixtures);
  const seen: unknown[] = [];
  app.on(templateRendering, (was, template, params) => void seen.push([was.request.uri, template, params]));
  app.on(templateRendered, (_was, text) => void seen.push(text));
  app.route("/x", (was) => was.render("hello.html", { name: "Hans" }));
  const { request } = await serve(app);
  await request("/x");
  expect(seen).toEqual([["/x", "hello.html", { name: "Hans" }], "Hello Hans!\n"]);
});

test("an app without events of requests tells its life all the same", async () => {
  const app = new Saddle();
  let mounted: SaddleWas | undefined;
  app.on(appMounted, (was) => void (mounted = was));
  const { request } = await serve(app);
  await request("/");
  expect(mounted!.app.home).toBe(app.home);
});
