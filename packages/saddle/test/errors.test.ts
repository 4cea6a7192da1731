import { HttpError, ReactorError, type Engine } from "@skitai/reactor";
import { describe, expect, test } from "vitest";
import { Saddle, saddleErrorCodes, SaddleError, type ErrorInfo, type Handler } from "../src/index.ts";
import { serve, ways } from "./support/serve.ts";

const boom = (): never => {
  throw new Error("secret <b>");
};

describe.each(ways)("an uncaught error (%s)", (way) => {
  test("is a 500 whose details only the log has", async () => {
    const app = new Saddle();
    app.route("/x", boom);
    app.route("/later", async () => await Promise.reject(new Error("secret later")));
    const { request, log } = await serve(app, way);
    const page = await request("/x");
    expect([page.status, page.headers.get("content-type")]).toEqual([500, "text/html; charset=utf-8"]);
    expect(await page.text()).not.toContain("secret");
    const later = await request("/later", { headers: { Accept: "application/json" } });
    expect([later.status, later.headers.get("content-type")]).toEqual([500, "application/json"]);
    expect(await later.text()).not.toContain("secret");
    const lines = await log();
    expect(lines).toMatch(/\[expt:GTID-[\w-]+\/1000\] <Error> secret <b>/);
    expect(lines).toContain("secret later");
    expect(lines).toContain("errors.test.ts");
  });

  test("shows its calls, escaped, where the app runs with debug", async () => {
    const app = new Saddle();
    app.debug = true;
    app.route("/x", boom);
    const { request } = await serve(app, way);
    const page = await (await request("/x")).text();
    expect(page).toContain("&lt;class &#39;Error&#39;&gt; secret &lt;b&gt;");
    expect(page).toContain('<div id="debug">');
    expect(page).toMatch(/in file \/.*errors\.test\.ts at line \d+, function .*boom/);
    const json = (await (await request("/x", { headers: { Accept: "application/json" } })).json()) as Record<string, unknown>;
    expect(json).toMatchObject({ code: 10001, message: "500 Internal Server Error", debug: "see traceback" });
    expect(json["traceback"]).toEqual(expect.arrayContaining(["<class 'Error'> secret <b>"]));
  });

  test("is told to programs in their form", async () => {
    const app = new Saddle();
    const { request } = await serve(app, way);
    const response = await request("/none", { headers: { Accept: "application/json, text/plain" } });
    expect([response.status, await response.json()]).toEqual([404, { code: 10000, message: "404 Not Found" }]);
  });

  test("drops the headers that were set for the answer", async () => {
    const app = new Saddle();
    app.route("/x", (was) => {
      was.response.setHeader("X-A", "1").setHeader("Content-Type", "text/css").setStatus(201);
      return boom();
    });
    const { request } = await serve(app, way);
    const response = await request("/x");
    expect([response.status, response.headers.get("x-a"), response.headers.get("content-type")]).toEqual([
      500,
      null,
      "text/html; charset=utf-8",
    ]);
  });

  test("of this side tells clients nothing, whoever notices it", async () => {
    const app = new Saddle();
    app.route("/header", (was) => was.response(200, "x", { "X-Secret": "a\nb" }));
    app.route("/list", () => new Set([{ secret: 1 }]).values());
    app.route("/consumed", () => {
      throw new ReactorError("SKITAI_REACTOR_BODY_CONSUMED", {}, { status: 500 });
    });
    app.route("/told", () => {
      throw new HttpError(503, "Come back at five.");
    });
    const quiet = await serve(app, way);
    const messageOf = async (response: Response): Promise<unknown> => {
      expect(response.headers.get("content-type")).toBe("application/json");
      return ((await response.json()) as { message: string }).message;
    };
    const headers = { Accept: "application/json" };
    for (const path of ["/header", "/list", "/consumed"])
      expect(await messageOf(await quiet.request(path, { headers })), path).toBe("500 Internal Server Error");
    expect(await messageOf(await quiet.request("/told", { headers }))).toBe("Come back at five.");
    expect(await quiet.log()).toContain("X-Secret");
    app.debug = true;
    const open = await serve(app, way);
    expect(await messageOf(await open.request("/consumed", { headers }))).toContain("was read already");
  });

  test("may be anything that can be thrown", async () => {
    const app = new Saddle();
    app.debug = true;
    const values: Record<string, unknown> = { text: "words", nothing: undefined, object: { a: 1 }, list: [1n] };
    for (const [name, value] of Object.entries(values)) {
      app.route(`/${name}`, () => {
        throw value as Error;
      });
    }
    const { request, log } = await serve(app, way);
    app.route("/later", async (): Promise<string> => {
      await Promise.resolve();
      throw values["nothing"] as Error;
    });
    for (const name of ["text", "nothing", "object", "list", "later"]) {
      const response = await request(`/${name}`, { headers: { Accept: "application/json" } });
      expect([response.status, await response.json()], name).toEqual([
        500,
        expect.objectContaining({ code: 10001, traceback: [expect.stringContaining("<class ")] }),
      ]);
    }
    const lines = await log();
    expect(lines).toContain("words");
    expect(lines.match(/\[expt:/g)).toHaveLength(5);
  });
});

describe.each(ways)("custom error pages (%s)", (way) => {
  test("tell what happened, with the status of the error", async () => {
    const app = new Saddle();
    let info: ErrorInfo | undefined;
    app.errorHandler(404, (was, error) => {
      info = error;
      was.response.setHeader("X-A", "1");
      return `<p>${error.code} ${error.message}`;
    });
    const { request, engine } = await serve(app, way, { mounts: [["/m", app]], engine: { serverHeader: "Test" } });
    const response = await request("/m/none?q=1");
    expect([response.status, response.headers.get("x-a"), await response.text()]).toEqual([404, "1", "<p>404 Not Found"]);
    expect(info).toMatchObject({ code: 404, message: "Not Found", detail: "", traceback: "", mode: "normal", software: "Test" });
    expect(info!.url).toMatch(/^http:\/\/[\w.:]+\/m\/none\?q=1$/);
    expect(Date.parse(info!.time)).toBeGreaterThan(0);
    expect((await engine.request("/elsewhere")).status).toBe(404);
  });

  test("stand in for every error without a page of its own", async () => {
    const app = new Saddle();
    app.errorHandler(405, () => "not so");
    app.defaultErrorHandler((_was, error) => ({ code: error.code, detail: error.detail }));
    app.route("/x", boom);
    app.route("/post", { methods: ["POST"], params: { a: "int" } }, () => "");
    app.route("/given", (was) => was.response("410 Gone For Ever"));
    app.route("/thrown", (was) => was.response.throw(402));
    const { request } = await serve(app, way);
    const got = async (path: string, init?: RequestInit): Promise<unknown> => {
      const response = await request(path, init);
      return [response.status, await response.text()];
    };
    expect(await got("/x")).toEqual([500, '{"code":500,"detail":""}']);
    expect(await got("/post")).toEqual([405, "not so"]);
    expect((await request("/post")).headers.get("allow")).toBe("POST, OPTIONS");
    expect(await got("/post", { method: "POST" })).toEqual([400, '{"code":400,"detail":"The argument a is missing."}']);
    expect(await got("/given")).toEqual([410, '{"code":410,"detail":""}']);
    expect(await got("/thrown")).toEqual([402, '{"code":402,"detail":""}']);
  });

  test("are not for clients that prefer JSON", async () => {
    const app = new Saddle();
    app.defaultErrorHandler(() => "<p>sorry");
    const { request } = await serve(app, way);
    expect(await (await request("/none", { headers: { Accept: "application/json" } })).json()).toEqual({
      code: 10000,
      message: "404 Not Found",
    });
  });

  test("may take their time, and choose another status", async () => {
    const app = new Saddle();
    app.defaultErrorHandler(async (was) => await Promise.resolve(was.response(503, "later")));
    const { request } = await serve(app, way);
    const response = await request("/none");
    expect([response.status, await response.text()]).toEqual([503, "later"]);
  });

  test("that fail, or have nothing to say, leave it to the plain page", async () => {
    const app = new Saddle();
    app.errorHandler(404, () => {
      throw new Error("page broke");
    });
    app.errorHandler(500, async () => await Promise.reject(new Error("page broke later")));
    app.errorHandler(410, () => null);
    app.errorHandler(409, (was) => was.response(409));
    app.errorHandler(403, () => ({ n: 1n }));
    app.route("/x", boom);
    for (const code of [410, 409, 403]) app.route(`/${code}`, (was) => was.response(code));
    const { request, log } = await serve(app, way);
    for (const [path, status] of [
      ["/none", 404],
      ["/x", 500],
      ["/410", 410],
      ["/409", 409],
      ["/403", 403],
    ] as const) {
      const response = await request(path);
      expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(`<h1>${status} `)]);
    }
    const lines = await log();
    expect(lines).toContain("page broke");
    expect(lines).toContain("page broke later");
  });

  test("see the calls as HTML where the app runs with debug", async () => {
    const app = new Saddle();
    app.debug = true;
    app.defaultErrorHandler((_was, error) => `${error.mode} ${error.traceback}`);
    app.route("/x", boom);
    const { request } = await serve(app, way);
    expect(await (await request("/x")).text()).toMatch(/^debug <pre>&lt;class &#39;Error&#39;&gt; secret &lt;b&gt;\nin file /);
  });
});

describe("an error of this package", () => {
  test("is known by its code, says what is wrong, and keeps its cause", () => {
    const cause = new Error("under it");
    const error = new SaddleError("SKITAI_SADDLE_ARGUMENT_MISSING", { name: "q" }, { status: 400, cause });
    expect(error).toMatchObject({
      name: "SaddleError",
      code: "SKITAI_SADDLE_ARGUMENT_MISSING",
      status: 400,
      cause,
      message: "The argument q is missing.",
    });
    expect(new SaddleError("SKITAI_SADDLE_BAD_STATUS", { value: "x" })).not.toHaveProperty("cause");
  });

  test("has a code of the table", () => {
    expect(new Set(saddleErrorCodes).size).toBe(saddleErrorCodes.length);
    for (const code of saddleErrorCodes) expect(code).toMatch(/^SKITAI_SADDLE_[A-Z_]+$/);
  });
});

describe("an error page", () => {
  test("keeps the headers that a hook set for every answer, but not those of the answer that failed", async () => {
    const app = new Saddle();
    app.beforeRequest((was) => void was.response.setHeader("X-Frame-Options", "DENY"));
    app.route("/", (was) => {
      was.response.setHeader("Content-Type", "image/png").setHeader("ETag", '"1"').setHeader("Set-Cookie", "a=b").setStatus(201);
      throw new Error("broken");
    });
    const res = await app.request("/");
    expect([
      res.status,
      res.headers.get("x-frame-options"),
      res.headers.get("content-type"),
      res.headers.get("etag"),
      res.headers.get("set-cookie"),
    ]).toEqual([500, "DENY", "text/html; charset=utf-8", null, null]);
  });
});

describe("the count of failures", () => {
  const countOf = (engine: Engine): unknown => (engine.status("server")["server"] as { failures: number }).failures;

  const failuresOf = async (handler: Handler<never>, prepare: (app: Saddle) => unknown = () => {}): Promise<unknown> => {
    const app = new Saddle();
    app.route("/", handler as Handler<unknown>);
    prepare(app);
    const { engine, request } = await serve(app);
    await request("/");
    return countOf(engine);
  };

  test("knows a handler that throws, also where the app makes the page", async () => {
    expect(await failuresOf(boom)).toBe(1);
    expect(await failuresOf(boom, (app) => app.errorHandler(500, () => "sorry"))).toBe(1);
  });

  test("knows an answer of 500, and none below", async () => {
    expect(await failuresOf((was) => was.response(500))).toBe(1);
    expect(await failuresOf((was) => was.response("500 No", "no"))).toBe(1);
    expect(await failuresOf((was) => was.response(404))).toBe(0);
    expect(await failuresOf(boom, (app) => app.failedRequest(() => "recovered"))).toBe(0);
  });

  test("knows an answer that breaks off", async () => {
    const app = new Saddle();
    app.route("/", async function* () {
      yield "part";
      await Promise.resolve();
      throw new Error("broken");
    });
    const { engine, request } = await serve(app);
    await expect(request("/").then((res) => res.text())).rejects.toThrow();
    expect(countOf(engine)).toBe(1);
  });
});
