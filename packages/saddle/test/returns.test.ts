import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { notResponse } from "@skitai/reactor";
import { Saddle, type Handler, type SaddleWas } from "../src/index.ts";
import { serve, ways } from "./support/serve.ts";

describe.each(ways)("a returned value (%s)", (way) => {
  /** Status, type and text of what a handler returns. */
  const answer = async (handler: Handler<never>): Promise<[number, string | null, string]> => {
    const app = new Saddle();
    app.route("/x", handler as Handler<unknown>);
    const { request } = await serve(app, way);
    const response = await request("/x");
    return [response.status, response.headers.get("content-type"), await response.text()];
  };

  const html = "text/html; charset=utf-8";
  const json = "application/json";
  const bytes = "application/octet-stream";

  test("that is text is HTML", async () => {
    expect(await answer(() => "<b>ä</b>")).toEqual([200, html, "<b>ä</b>"]);
    expect(await answer(() => "")).toEqual([200, html, ""]);
    expect(await answer(async () => await Promise.resolve("later"))).toEqual([200, html, "later"]);
  });

  test("that is data is JSON", async () => {
    expect(await answer(() => ({ hello: "ä" }))).toEqual([200, json, '{"hello":"ä"}']);
    expect(await answer(() => [1, [2]])).toEqual([200, json, "[1,[2]]"]);
    expect(await answer(() => 42)).toEqual([200, json, "42"]);
    expect(await answer(() => false)).toEqual([200, json, "false"]);
    expect(await answer(async () => await Promise.resolve(new Date(0)))).toEqual([200, json, '"1970-01-01T00:00:00.000Z"']);
  });

  test("that is null is an empty 204", async () => {
    expect(await answer(() => null)).toEqual([204, null, ""]);
  });

  test("that is bytes is sent as they are", async () => {
    expect(await answer(() => Buffer.from("buffer"))).toEqual([200, bytes, "buffer"]);
    expect(await answer(() => new Uint8Array([65, 66]).subarray(1))).toEqual([200, bytes, "B"]);
    expect(await answer(() => new Uint16Array([0x4241]))).toEqual([200, bytes, "AB"]);
    expect(await answer(() => new Uint8Array([67]).buffer)).toEqual([200, bytes, "C"]);
    expect(await answer(() => new Blob(["blob"], { type: "text/x-blob" }))).toEqual([200, "text/x-blob", "blob"]);
    expect(await answer(() => new Blob(["blob"]))).toEqual([200, bytes, "blob"]);
  });

  test("that comes in pieces is streamed", async () => {
    expect(await answer(() => Readable.from(["a", "b"]))).toEqual([200, bytes, "ab"]);
    expect(await answer(() => new Blob(["web"]).stream())).toEqual([200, bytes, "web"]);
    expect(
      await answer(function* () {
        yield "a";
        yield Buffer.from("b");
      }),
    ).toEqual([200, html, "ab"]);
    expect(
      await answer(async function* () {
        yield "a";
        await setImmediate();
        yield "b";
      }),
    ).toEqual([200, html, "ab"]);
    const pieces = ["x", "y", ""];
    expect(await answer(() => ({ more: () => pieces.shift() }))).toEqual([200, html, "xy"]);
  });

  test("that is a Fetch response is sent with its status and headers", async () => {
    const app = new Saddle();
    app.route(
      "/x",
      () =>
        new Response("made", {
          status: 201,
          headers: [
            ["X-A", "1"],
            ["Set-Cookie", "a=1"],
            ["Set-Cookie", "b=2"],
          ],
        }),
    );
    app.route("/empty", () => new Response(null, { status: 404 }));
    app.route("/json", () => Response.json({ a: 1 }));
    app.route("/used", async () => {
      const response = new Response("x");
      await response.text();
      return response;
    });
    const { request } = await serve(app, way);
    const made = await request("/x");
    expect([made.status, made.headers.get("x-a"), made.headers.getSetCookie(), await made.text()]).toEqual([
      201,
      "1",
      ["a=1", "b=2"],
      "made",
    ]);
    if (way === "socket") expect(made.headers.get("content-length")).toBe("4");
    const empty = await request("/empty");
    expect([empty.status, await empty.text()]).toEqual([404, ""]);
    expect(await (await request("/json")).json()).toEqual({ a: 1 });
    expect((await request("/used")).status).toBe(500);
  });

  test("that says it is no response is refused, and nothing of it is sent", async () => {
    class Report {
      readonly [notResponse] = "return its text.";
      readonly headers = { secret: "x" };
    }
    const [status, , text] = await answer(() => new Report());
    expect([status, text.includes("secret")]).toEqual([500, false]);
  });

  test("can be awaited, whatever kind of promise it is", async () => {
    // oxlint-disable-next-line unicorn/no-thenable
    const thenable = { then: (done: (value: string) => void) => done("dispatched") };
    expect(await answer(() => thenable)).toEqual([200, html, "dispatched"]);
  });

  test("that cannot be sent is a failure that the log explains", async () => {
    const app = new Saddle();
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    app.route("/nothing", (() => {}) as never);
    app.route("/circular", () => circular);
    app.route("/bigint", () => ({ n: 1n }));
    app.route("/function", () => () => "late");
    app.route("/locked", () => {
      const stream = new Blob(["x"]).stream();
      stream.getReader();
      return stream;
    });
    const { request, log } = await serve(app, way);
    for (const path of ["/nothing", "/circular", "/bigint", "/function", "/locked"]) expect((await request(path)).status, path).toBe(500);
    const lines = await log();
    expect(lines).toContain("The handler of /nothing returned nothing. Return null for an empty answer (204).");
    expect(lines).toContain("a function is neither text nor data");
    expect(lines.match(/SKITAI_SADDLE_BAD_RETURN/g)).toHaveLength(3);
  });

  test("that streams and fails before its first piece is an error page", async () => {
    const app = new Saddle();
    app.route("/x", async function* () {
      await setImmediate();
      if (app.debug !== undefined) throw new Error("no first piece");
      yield "";
    });
    const { request, log } = await serve(app, way);
    expect((await request("/x")).status).toBe(500);
    expect(await log()).toContain("no first piece");
  });

  test("may be missing where the handler answered by itself", async () => {
    const app = new Saddle();
    const raw = (was: SaddleWas): never => {
      Object.assign(was.res, { statusCode: 202 });
      was.res.end("raw");
      return undefined as never;
    };
    app.route("/x", raw);
    app.route("/hooked", raw);
    const { request } = await serve(app, way);
    const response = await request("/x");
    expect([response.status, await response.text()]).toEqual([202, "raw"]);
    app.teardownRequest(() => null);
    expect((await request("/hooked")).status).toBe(202);
  });
});

test("a producer is closed when the client goes away", async () => {
  const app = new Saddle();
  const { promise, resolve } = Promise.withResolvers<string>();
  app.route("/x", () => ({ more: () => "x".repeat(65_536), close: () => resolve("closed") }));
  const { engine } = await serve(app);
  const { port } = await engine.listen({ port: 0 });
  const socket = connect(port, "127.0.0.1", () => socket.write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n"));
  socket.once("data", () => socket.destroy());
  expect(await promise).toBe("closed");
});
