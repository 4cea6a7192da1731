import { get } from "node:http";
import { describe, expect, test } from "vitest";
import { Saddle } from "../src/index.ts";
import { serve, ways } from "./support/serve.ts";

describe.each(ways)("routing (%s)", (way) => {
  test("gives handlers the parameters of the rule in their types", async () => {
    const app = new Saddle();
    app.route("/episode/<int:id>", (_was, { id }) => id + 1);
    app.route("/at/<float:x>", (_was, { x }) => x * 2);
    app.route("/hello/<name>", (_was, { name }) => `Hello ${name}`);
    app.route("/download/<int:major>/<path>", (_was, { major, path }) => `${major}:${path}`);
    const { request } = await serve(app, way);
    expect(await (await request("/episode/41")).json()).toBe(42);
    expect(await (await request("/at/1.5")).json()).toBe(3);
    expect(await (await request("/hello/Your_Name")).text()).toBe("Hello Your Name");
    expect(await (await request("/download/1/version/1.1/win32")).text()).toBe("1:version/1.1/win32");
    expect((await request("/episode/x")).status).toBe(404);
  });

  test("redirects to no other host, however the path begins", async () => {
    const app = new Saddle();
    app.route("/<name>/", () => "name");
    app.route("/in/<path:rest>/", () => "path");
    const whole = new Saddle();
    whole.route("/<path:rest>/", () => "rest");
    const { engine } = await serve(app, "memory", {
      mounts: [
        ["/", app],
        ["/", whole, { host: "whole" }],
      ],
    });
    const { port } = await engine.listen({ port: 0 });
    const located = async (host: string, path: string): Promise<string | undefined> => {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      get({ port, path, headers: { host }, agent: false }, (res) => resolve(res.resume().headers.location));
      return promise;
    };
    expect(await located("one", "/\\evil.example")).toBe("/evil.example/");
    expect(await located("whole", "//evil.example?a=/")).toBe("/evil.example/?a=/");
    expect(await located("whole", "/\\/evil.example")).toBe("/evil.example/");
    expect(await located("one", "/in//a")).toBe("/in//a/");
  });

  test("redirects to the slash that a rule has, and keeps the query", async () => {
    const app = new Saddle();
    app.route("/docs/", () => "docs");
    app.route("/u/<name>/", () => "user");
    const { request } = await serve(app, way);
    for (const [path, location] of [
      ["/docs?a=1&b=%20", "/docs/?a=1&b=%20"],
      ["/u/b%20b", "/u/b%20b/"],
    ] as const) {
      const response = await request(path);
      expect([response.status, response.headers.get("location")]).toEqual([308, location]);
    }
    expect((await request("/docs/")).status).toBe(200);
    expect((await request("/docs//")).status).toBe(404);
  });

  test("keeps the mount point in a redirect", async () => {
    const app = new Saddle();
    app.route("/docs/", () => "docs");
    app.route("/", () => "root");
    const { request } = await serve(app, way, { mounts: [["/sub/app", app]] });
    expect((await request("/sub/app/docs?x")).headers.get("location")).toBe("/sub/app/docs/?x");
    expect((await request("/sub/app?x")).headers.get("location")).toBe("/sub/app/?x");
    expect(await (await request("/sub/app/")).text()).toBe("root");
  });

  test("answers 400 to a path whose percent-encoding is malformed", async () => {
    const app = new Saddle();
    app.route("/<path:any>", () => "any");
    const { request } = await serve(app, way);
    expect((await request("/a%zz")).status).toBe(400);
    expect((await request("/%C0%AE%C0%AE/x")).status).toBe(400);
  });

  test("serves HEAD where it serves GET, without a body", async () => {
    const app = new Saddle();
    app.route("/any", () => "hello");
    app.route("/get", { methods: ["get"] }, () => "hello");
    app.route("/post", { methods: ["POST"] }, () => "hello");
    const { request } = await serve(app, way);
    for (const path of ["/any", "/get"]) {
      const response = await request(path, { method: "HEAD" });
      expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([200, "5", ""]);
    }
    expect((await request("/post", { method: "HEAD" })).status).toBe(405);
  });

  test("tells the methods that a path serves where it refuses one", async () => {
    const app = new Saddle();
    app.route("/one", { methods: ["POST"] }, () => "");
    app.route("/two", { methods: ["GET"] }, () => "read");
    app.route("/two", { methods: ["PUT", "DELETE"] }, () => "written");
    app.route("/all", () => "");
    const { request } = await serve(app, way);
    const refused = async (path: string, method: string): Promise<unknown> => {
      const response = await request(path, { method });
      return [response.status, response.headers.get("allow")];
    };
    expect(await refused("/one", "GET")).toEqual([405, "POST, OPTIONS"]);
    expect(await refused("/two", "POST")).toEqual([405, "GET, HEAD, PUT, DELETE, OPTIONS"]);
    expect(await refused("/all", "PROPFIND")).toEqual([405, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
    expect(await (await request("/two", { method: "PUT" })).text()).toBe("written");
    expect(await (await request("/two")).text()).toBe("read");
  });

  test("prefers a route that names the method to one that names none", async () => {
    const app = new Saddle();
    app.route("/x", () => "others");
    app.route("/x", { methods: ["POST"] }, () => "post");
    const { request } = await serve(app, way);
    expect(await (await request("/x", { method: "POST" })).text()).toBe("post");
    expect(await (await request("/x", { method: "PUT" })).text()).toBe("others");
    expect(await (await request("/x")).text()).toBe("others");
  });

  test("answers OPTIONS by itself, and 405 to a preflight for a method that is not served", async () => {
    const app = new Saddle();
    app.route("/x", { methods: ["POST", "OPTIONS"], contentTypes: ["application/json"] }, () => "handler");
    const { request } = await serve(app, way);
    const plain = await request("/x", { method: "OPTIONS" });
    expect([plain.status, plain.headers.get("allow"), await plain.text()]).toEqual([200, "POST, OPTIONS", ""]);
    const preflight = async (method: string): Promise<number> =>
      (await request("/x", { method: "OPTIONS", headers: { "Access-Control-Request-Method": method } })).status;
    expect([await preflight("POST"), await preflight("PUT")]).toEqual([200, 405]);
    expect((await request("/unknown", { method: "OPTIONS" })).status).toBe(404);
  });

  test("refuses a body of another type before it refuses a method", async () => {
    const app = new Saddle();
    app.route("/x", { methods: ["POST"], contentTypes: ["application/json", "Text/XML"] }, () => "ok");
    const { request } = await serve(app, way);
    const status = async (method: string, type?: string): Promise<number> =>
      (await request("/x", { method, ...(type && { body: "{}", headers: { "Content-Type": type } }) })).status;
    expect(await status("POST", "application/json; charset=utf-8")).toBe(200);
    expect(await status("POST", "TEXT/xml")).toBe(200);
    expect(await status("POST", "text/plain")).toBe(415);
    expect(await status("GET")).toBe(415);
    expect(await status("PUT", "text/plain")).toBe(415);
    expect(await status("PUT", "application/json")).toBe(405);
  });

  test("tells routes of one method apart by the type of the body", async () => {
    const app = new Saddle();
    app.route("/x", { methods: ["POST"], contentTypes: ["application/json"] }, () => "json");
    app.route("/x", { methods: ["POST"], contentTypes: ["text/plain"] }, () => "text");
    const { request } = await serve(app, way);
    expect(await (await request("/x", { method: "POST", body: "a" })).text()).toBe("text");
    expect(await (await request("/x", { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } })).text()).toBe(
      "json",
    );
    expect((await request("/x", { method: "POST", body: "<a/>", headers: { "Content-Type": "text/xml" } })).status).toBe(415);
  });

  test("serves methods outside the usual ones where a route names them", async () => {
    const app = new Saddle();
    app.route("/dav", { methods: ["PROPFIND"] }, (was) => was.request.method);
    const { request } = await serve(app, way);
    expect(await (await request("/dav", { method: "PROPFIND" })).text()).toBe("PROPFIND");
  });
});

describe("app.route", () => {
  test("returns the handler", () => {
    const app = new Saddle();
    const handler = (): string => "hello";
    expect(app.route("/a", handler)).toBe(handler);
  });

  test("refuses a second function of a name, and takes one function for several rules", () => {
    const app = new Saddle();
    const index = (): string => "index";
    app.route("/", index);
    app.route("/index.html", index);
    const other = { index: () => "other" };
    expect(() => app.route("/other", other.index)).toThrow(
      expect.objectContaining({
        code: "SKITAI_SADDLE_NAME_TAKEN",
        message: expect.stringContaining("Function index is already defined, by the route /") as string,
      }),
    );
    expect(() => app.route("/other", { name: "other" }, other.index)).not.toThrow();
  });

  test("does not keep a route that it refused", async () => {
    const app = new Saddle();
    app.route("/a", { name: "same" }, () => "a");
    expect(() => app.route("/b", { name: "same" }, () => "b")).toThrow("already defined");
    const { request } = await serve(app);
    expect((await request("/b")).status).toBe(404);
  });

  test("refuses a route that an earlier one leaves nothing to do", () => {
    const app = new Saddle();
    app.route("/x/<name>", { methods: ["GET", "POST"] }, () => "");
    expect(() => app.route("/x/<id>", { methods: ["POST"] }, () => "")).toThrow(
      expect.objectContaining({ code: "SKITAI_SADDLE_ROUTE_TAKEN", message: expect.stringContaining("POST") as string }),
    );
    app.route("/y", () => "");
    expect(() => app.route("/y", () => "")).toThrow(expect.objectContaining({ code: "SKITAI_SADDLE_ROUTE_TAKEN" }));
  });

  test.each([
    [{ login: true }, "SKITAI_SADDLE_BAD_ROUTE_OPTION", "login"],
    [{ method: ["GET"] }, "SKITAI_SADDLE_BAD_ROUTE_OPTION", "methods, contentTypes"],
    [{ methods: [] }, "SKITAI_SADDLE_BAD_OPTION", "methods"],
    [{ methods: "GET" }, "SKITAI_SADDLE_BAD_OPTION", "methods"],
    [{ contentTypes: [1] }, "SKITAI_SADDLE_BAD_OPTION", "contentTypes"],
    [{ name: "a.b" }, "SKITAI_SADDLE_BAD_OPTION", "name"],
    [{ body: "no" }, "SKITAI_SADDLE_BAD_OPTION", "body"],
    [{ args: {} }, "SKITAI_SADDLE_BAD_OPTION", "args"],
    [{ params: "int" }, "SKITAI_SADDLE_BAD_OPTION", "params"],
    [{ params: { a: undefined } }, "SKITAI_SADDLE_BAD_OPTION", "The parameter a"],
    [{ ifFileModified: ["/x", () => null, "soon"] }, "SKITAI_REACTOR_BAD_DURATION", "ifFileModified"],
  ])("refuses the options %j by name", (options, code, word) => {
    const app = new Saddle();
    expect(() => app.route("/x", options as object, () => "")).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(word) as string }),
    );
  });

  test("refuses what is no function and no object of options", () => {
    const app = new Saddle();
    expect(() => app.route("/x", "hello" as never)).toThrow(expect.objectContaining({ code: "SKITAI_SADDLE_BAD_HANDLER" }));
    expect(() => app.route("/x", null as never, () => "")).toThrow(expect.objectContaining({ code: "SKITAI_SADDLE_BAD_OPTION" }));
  });
});
