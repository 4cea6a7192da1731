import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readFields } from "../src/args/fields.ts";
import { readJson } from "../src/args/json.ts";
import { Saddle } from "../src/index.ts";
import { serve, ways } from "./support/serve.ts";

const json = (value: unknown): RequestInit => ({
  method: "POST",
  body: typeof value === "string" ? value : JSON.stringify(value),
  headers: { "Content-Type": "application/json" },
});

const form = (text: string): RequestInit => ({
  method: "POST",
  body: text,
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
});

describe.each(ways)("arguments (%s)", (way) => {
  test("are those of path, query and body, where a repeated name has a list in this order", async () => {
    const app = new Saddle();
    app.route("/e/<int:id>", (was) => was.request.args);
    const { request } = await serve(app, way);
    const args = async (path: string, init?: RequestInit): Promise<unknown> => (await request(path, init)).json();
    expect(await args("/e/1")).toEqual({ id: 1 });
    expect(await args("/e/1?a=x+y&b")).toEqual({ id: 1, a: "x y", b: "" });
    expect(await args("/e/1?id=2&id=3", form("id=4&c=%26"))).toEqual({ id: [1, "2", "3", "4"], c: "&" });
    expect(await args("/e/1?a=0", json({ a: [1, 2], d: { e: null } }))).toEqual({ id: 1, a: ["0", 1, 2], d: { e: null } });
  });

  test("reach a handler that declares none, with those of the path as the rule types them", async () => {
    const app = new Saddle();
    app.route("/e/<int:id>", (_was, args) => args);
    app.route("/hello", (_was, sent) => `Post ${String(sent["userid"])}`);
    const { request } = await serve(app, way);
    expect(await (await request("/e/1?id=2&a=3")).json()).toEqual({ id: 1, a: "3" });
    expect(await (await request("/hello", form("userid=hans"))).text()).toBe("Post hans");
  });

  test("come from no body that is neither a form nor a JSON object", async () => {
    const app = new Saddle();
    app.route("/x", (was) => [was.request.args, was.request.body.toString()]);
    const { request } = await serve(app, way);
    const got = async (init: RequestInit): Promise<unknown> => (await request("/x?q=1", init)).json();
    expect(await got(json([1, 2]))).toEqual([{ q: "1" }, "[1,2]"]);
    expect(await got({ method: "POST", body: "a=1" })).toEqual([{ q: "1" }, "a=1"]);
    expect(await got({ method: "POST" })).toEqual([{ q: "1" }, ""]);
    expect(await got({ ...json({ a: 1 }), headers: { "Content-Type": "application/problem+json" } })).toEqual([
      { q: "1", a: 1 },
      '{"a":1}',
    ]);
  });

  test("that are declared are converted, and defaults stand for missing ones", async () => {
    const app = new Saddle();
    const params = {
      s: "string",
      i: "int",
      f: "float",
      b: "bool",
      j: "json",
      o: "int?",
      page: 1,
      sort: "date",
      desc: false,
      tags: [],
      more: {},
      any: null,
    };
    app.route("/x", { params }, (was, args) => ({ args, same: was.request.args === (args as unknown) }));
    const { request } = await serve(app, way);
    const got = async (path: string, init?: RequestInit): Promise<unknown> => (await request(path, init)).json();
    expect(await got('/x?s=a&i=-5&f=1e3&b=Yes&j={"k":[1]}')).toEqual({
      args: { s: "a", i: -5, f: 1000, b: true, j: { k: [1] }, page: 1, sort: "date", desc: false, tags: [], more: {}, any: null },
      same: true,
    });
    expect(await got("/x?s=&i=7&f=.5&b=0&j=null&o=8&page=2.5&sort=name&desc=on&tags=a&tags=b&more={}&any=x")).toMatchObject({
      args: { s: "", i: 7, f: 0.5, b: false, j: null, o: 8, page: 2.5, sort: "name", desc: true, tags: ["a", "b"], any: "x" },
    });
    expect(await got("/x", json({ s: "a", i: 1, f: 2.5, b: true, j: "[1]", tags: [3], desc: 1 }))).toMatchObject({
      args: { i: 1, f: 2.5, b: true, j: [1], tags: [3], desc: true },
    });
    expect(await got('/x?s=a&i=1&f=1&b=1&j=1&tags=["x"]&o=&page=')).toMatchObject({ args: { tags: ["x"], page: 1 } });
  });

  test.each([
    ["/add?num1=1", "The argument num2 is missing."],
    ["/add?num1=1&num2=", "The argument num2 is missing."],
    ["/add?num1=1&num2=2&num3=3", "The argument num3 is unknown."],
    ["/add?num1=1&num2=two", 'The argument num2 must be a whole number, not "two".'],
    ["/add?num1=1&num2=2.5", 'The argument num2 must be a whole number, not "2.5".'],
    ["/add?num1=1&num2=99999999999999999999", "must be a whole number"],
    ["/add?num1=1&num2=2&num2=3", "The argument num2 must be a whole number, and be given once."],
    ["/flag?on=maybe", "must be true or false"],
    ["/flag?on=1&data={", "must be JSON"],
    ["/flag?on=1&ratio=x", "must be a number"],
    ["/item/5?id=6", "The argument id is given more than once."],
    ["/item/5?text=a&text=b", "The argument text must be a text"],
  ])("that do not fit are refused: %s", async (path, message) => {
    const app = new Saddle();
    app.route("/add", { params: { num1: "int", num2: "int" } }, () => "");
    app.route("/flag", { params: { on: "bool", data: "json?", ratio: 1 } }, () => "");
    app.route("/item/<int:id>", { params: { text: "string?" } }, () => "");
    const { request } = await serve(app, way);
    const response = await request(path, { headers: { Accept: "application/json" } });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(message);
  });

  test("can be refused with another status", async () => {
    const app = new Saddle();
    app.config.argumentErrorStatus = 508;
    app.route("/add", { params: { num1: "int" } }, () => "");
    app.route("/json", { params: {} }, () => "");
    const { request } = await serve(app, way);
    expect((await request("/add")).status).toBe(508);
    expect((await request("/json", json("{"))).status).toBe(400);
  });

  test("of JSON that is broken are refused where somebody needs them", async () => {
    const app = new Saddle();
    app.route("/declared", { params: { a: "int?" } }, () => "ok");
    app.route("/asked", (was) => ({ got: was.request.json() }));
    app.route("/taken/<int:id>", (_was, { id }) => id);
    app.route("/used", (was) => Object.keys(was.request.args));
    app.route("/ignored", () => "ok");
    app.route("/raw/<int:id>", (was) => was.request.body.toString());
    const { request } = await serve(app, way);
    const status = async (path: string, body: string): Promise<number> => (await request(path, json(body))).status;
    expect(await status("/declared", "{a:1}")).toBe(400);
    expect(await status("/asked", "{a:1}")).toBe(400);
    expect(await status("/taken/1", "{a:1}")).toBe(400);
    expect(await status("/used", "{a:1}")).toBe(400);
    expect(await status("/ignored", "{a:1}")).toBe(200);
    expect(await status("/raw/1?a=2", "{a:1}")).toBe(200);
    for (const path of ["/declared", "/taken/1", "/used"]) expect(await status(path, "[1]"), path).toBe(200);
    expect(await status("/declared", "[".repeat(500))).toBe(400);
    expect(await status("/declared", '{"a":1}')).toBe(200);
  });

  test("of broken JSON are refused also where a hook looks at them", async () => {
    const app = new Saddle();
    app.beforeRequest((was) => void was.request.args["token"]);
    app.route("/x", () => "ok");
    const { request } = await serve(app, way);
    expect((await request("/x", json("{a:1}"))).status).toBe(400);
    expect((await request("/x", json({ a: 1 }))).status).toBe(200);
  });

  test("come from no multipart form: where they are declared it is refused, else the body is there as it came", async () => {
    const app = new Saddle();
    app.route("/declared", { params: { a: "int?" } }, () => "ok");
    app.route("/schema", { args: z.object({}) }, () => "ok");
    app.route("/streamed", { params: { a: "int?" }, body: "stream" }, async (was) => (await was.request.stream.toArray()).length > 0);
    app.route("/raw", (was) => was.request.body.toString().includes("name="));
    const { request } = await serve(app, way);
    const send = (path: string): Promise<Response> => {
      const body = new FormData();
      body.set("a", "1");
      return request(path, { method: "POST", body, headers: { Accept: "application/json" } });
    };
    for (const path of ["/declared", "/schema"]) {
      const response = await send(path);
      expect([response.status, await response.json()], path).toEqual([
        415,
        {
          code: 10000,
          message: "Multipart forms are not read yet. Send the fields as application/x-www-form-urlencoded or as a JSON object.",
        },
      ]);
    }
    expect(await (await send("/streamed")).json()).toBe(true);
    expect(await (await send("/raw")).json()).toBe(true);
  });

  test("are checked by a Standard Schema, whose output the handler gets", async () => {
    const app = new Saddle();
    const args = z.object({ id: z.number(), topic: z.string().min(2), tags: z.array(z.string()).default([]) });
    app.route("/zod/<int:id>", { args }, (was, { id, topic, tags }) => [id + 1, topic.toUpperCase(), tags, was.request.args["topic"]]);
    app.route("/valibot/<name>", { args: v.object({ page: v.pipe(v.string(), v.toNumber()) }) }, (_was, { name, page }) => ({
      name,
      page,
    }));
    const { request } = await serve(app, way);
    expect(await (await request("/zod/1?topic=ab&tags=x&tags=y")).json()).toEqual([2, "AB", ["x", "y"], "ab"]);
    expect(await (await request("/valibot/me?page=2&unknown=1")).json()).toEqual({ name: "me", page: 2 });
    const refused = await request("/zod/1?topic=a", { headers: { Accept: "application/json" } });
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { message: string }).message).toContain("The argument topic: ");
  });

  test("are checked by a schema that takes its time", async () => {
    const app = new Saddle();
    const args = z.object({ user: z.string().refine(async (name) => (await Promise.resolve(name)) === "hans", "nobody knows") });
    app.route("/x", { args }, (_was, { user }) => user);
    const { request } = await serve(app, way);
    expect(await (await request("/x?user=hans")).text()).toBe("hans");
    expect((await request("/x?user=eve")).status).toBe(400);
  });

  test("with the names of object members mean nothing", async () => {
    const app = new Saddle();
    app.route("/x", (was) => {
      const { args } = was.request;
      return { names: Object.keys(args), bare: Object.getPrototypeOf(args) === null, polluted: "polluted" in {} };
    });
    const { request } = await serve(app, way);
    const names = ["__proto__", "constructor", "prototype", "hasOwnProperty"];
    const query = names.map((name) => `${name}=1`).join("&");
    const plain = { names: names.slice(1), bare: true, polluted: false };
    expect(await (await request(`/x?${query}`)).json()).toEqual(plain);
    expect(await (await request("/x", form(query))).json()).toEqual(plain);
    expect(await (await request("/x", json(`{${names.map((name) => `"${name}":1`).join()}}`))).json()).toEqual(plain);
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"ok":{"__proto__":{"polluted":1}}}';
    expect(await (await request("/x", json(hostile))).json()).toEqual({ names: ["constructor", "ok"], bare: true, polluted: false });
  });

  test("are limited in number", async () => {
    const app = new Saddle();
    app.route("/x", (was) => Object.keys(was.request.args).length);
    const { request } = await serve(app, way);
    const fields = (count: number): string => Array.from({ length: count }, (_, at) => `f${at}`).join("&");
    expect(await (await request("/x", form(fields(1000)))).json()).toBe(1000);
    expect((await request("/x", form(fields(1001)))).status).toBe(400);
    expect((await request(`/x?${fields(1001)}`)).status).toBe(400);
  });
});

describe("declared parameters", () => {
  test.each(["date?", "integer?", "number?", "?", "int??", "INT?"])("of the unknown type %s are refused with the known ones", (type) => {
    expect(() => new Saddle().route("/x", { params: { when: type } }, () => "")).toThrow(
      expect.objectContaining({
        code: "SKITAI_SADDLE_BAD_OPTION",
        message: `The parameter when cannot be "${type}". A text that ends in "?" is an optional one of the types string, int, float, bool and json.`,
      }),
    );
  });
});

describe("fields", () => {
  test("are read as browsers write them", () => {
    expect({ ...readFields("a=1&&b=%41%zz&c&=d&a=2&e=x=y&f+g=h%2Bi&a=3") }).toEqual({
      a: ["1", "2", "3"],
      b: "A%zz",
      c: "",
      "": "d",
      e: "x=y",
      "f g": "h+i",
    });
    expect({ ...readFields("") }).toEqual({});
    expect({ ...readFields("x=%ff%fe") }).toEqual({ x: "\uFFFD\uFFFD" });
  });
});

describe("JSON", () => {
  test("may begin with a byte order mark and hold brackets in texts", () => {
    expect(readJson('\uFEFF{"a":1}')).toEqual({ a: 1 });
    expect(readJson(JSON.stringify({ text: '[[{{\\"'.repeat(100), list: [1] }))).toMatchObject({ list: [1] });
  });

  test("may be nested a good deal, but not so deep that code runs out of stack", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(readJson(nested(200))).toBeInstanceOf(Array);
    expect(() => readJson(nested(201))).toThrow(expect.objectContaining({ code: "SKITAI_SADDLE_BAD_JSON", status: 400 }));
  });

  test("loses the key that reaches for prototypes, however it is written, and no other", () => {
    expect(readJson(String.raw`{"\u005f_proto__":{"x":1},"a":{"constructor":{"prototype":{}}},"b":{"__proto__":1}}`)).toEqual({
      a: { constructor: { prototype: {} } },
      b: {},
    });
  });
});
