import { describe, expect, test } from "vitest";
import { Saddle } from "../src/index.ts";
import { serve } from "./support/serve.ts";

const app = new Saddle();
app.route("/add", { name: "add", params: { num1: "int", num2: "int" } }, () => "");
app.route("/hello/<name>", { name: "hello", params: { x: "string?" } }, () => "");
app.route("/e/<int:id>/<float:at>", { name: "typed" }, () => "");
app.route("/d/<path:file>/raw", { name: "file" }, () => "");
app.route("/img/<name>.png", { name: "image" }, () => "");
app.route("/swap/<a>/<b>", { name: "swap", params: { b: "string", c: "json?", a: "string" } }, () => "");
app.route("/é tc/@me", { name: "fixed" }, () => "");
function index(): string {
  return "";
}
app.route("/", index);

describe("building a URL", () => {
  test.each([
    ["index", [], "/"],
    ["add", [10, 40], "/add?num1=10&num2=40"],
    ["add", [10, { num2: 40 }], "/add?num1=10&num2=40"],
    ["add", [{ num2: 2, num1: 1, more: true }], "/add?num2=2&num1=1&more=true"],
    ["add", [], "/add"],
    ["add", [undefined, null], "/add"],
    ["add", [[1, 2]], "/add?num1=1&num1=2"],
    ["hello", ["Your Name"], "/hello/Your_Name"],
    ["hello", ["a", "b c"], "/hello/a?x=b+c"],
    ["hello", ["ä+/?&"], "/hello/%C3%A4%2B%2F%3F%26"],
    ["hello", [{ name: "a", q: "!'()*~" }], "/hello/a?q=%21%27%28%29%2A~"],
    ["typed", [5, 1.5], "/e/5/1.5"],
    ["typed", ["5", ".5"], "/e/5/.5"],
    ["file", ["a b/c_d"], "/d/a%20b/c_d/raw"],
    ["file", ["c++/a+b.txt"], "/d/c++/a+b.txt/raw"],
    ["image", ["my face"], "/img/my_face.png"],
    ["swap", ["B", { k: 1 }, { a: "A" }], "/swap/A/B?c=%7B%22k%22%3A1%7D"],
    ["fixed", [], "/%C3%A9%20tc/@me"],
    ["index", [{ when: new Date(0) }], "/?when=1970-01-01T00%3A00%3A00.000Z"],
    ["/static/a b.css", [], "/static/a b.css"],
  ])("%s with %j", (name, args, url) => {
    expect(app.buildUrl(name, ...args)).toBe(url);
  });

  test.each([
    ["none", [], "SKITAI_SADDLE_ROUTE_UNKNOWN", "add, hello, typed"],
    ["hello", [], "SKITAI_SADDLE_BAD_URL_ARGUMENT", "the argument name is missing"],
    ["hello", [""], "SKITAI_SADDLE_BAD_URL_ARGUMENT", "the argument name is missing"],
    ["hello", ["a", "b", "c"], "SKITAI_SADDLE_BAD_URL_ARGUMENT", "it takes 2 positional arguments, and 3 were given"],
    ["hello", ["a", { name: "b" }], "SKITAI_SADDLE_BAD_URL_ARGUMENT", "by position and by name"],
    ["typed", ["x", 1], "SKITAI_SADDLE_BAD_URL_ARGUMENT", "the argument id is no int: x"],
    ["typed", [1, "1e5"], "SKITAI_SADDLE_BAD_URL_ARGUMENT", "the argument at is no float"],
  ])("%s with %j is refused", (name, args, code, message) => {
    expect(() => app.buildUrl(name, ...args)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });

  test("of an app without named routes says so", () => {
    expect(() => new Saddle().buildUrl("x")).toThrow("Named routes: none.");
  });

  test("finds what was built", async () => {
    const { request } = await serve(roundTrip);
    for (const name of ["Your Name", "ä ß", "a+b", "50%", "a&b=c"]) {
      expect(await (await request(roundTrip.buildUrl("hello", name))).text()).toBe(name);
    }
    for (const file of ["a b/c.txt", "ä/ß", "x%2Fy", "c++/a+b.txt", "_a _/+"])
      expect(await (await request(roundTrip.buildUrl("file", file))).text()).toBe(file);
  });
});

const roundTrip = new Saddle();
roundTrip.route("/hello/<name>", { name: "hello" }, (_was, { name }) => name);
roundTrip.route("/file/<path>", { name: "file" }, (_was, { path }) => path);

describe("was.ab", () => {
  test("knows the mount point, and crosses apps of one host by the names of their mounts", async () => {
    const main = new Saddle();
    main.route("/x/<name>", { name: "x" }, (was) => [
      was.ab("x", "a"),
      was.ab("/static/a.css"),
      was.ab("search.query", "Your Name"),
      was.ab("search./logo.png"),
      (was.apps["search"] as Saddle).buildUrl("query", "Your Name"),
      (was.apps["search"] as Saddle).config["path"],
      was.app.buildUrl("x", "b"),
    ]);
    const search = new Saddle();
    search.config["path"] = "/srv";
    search.route("/query", { name: "query", params: { q: "string" } }, () => "");
    const { request } = await serve(main, "memory", {
      mounts: [
        ["/main", main, { name: "main" }],
        ["/search", search, { name: "search" }],
      ],
    });
    expect(await (await request("/main/x/1")).json()).toEqual([
      "/main/x/a",
      "/main/static/a.css",
      "/search/query?q=Your+Name",
      "/search/logo.png",
      "/search/query?q=Your+Name",
      "/srv",
      "/main/x/b",
    ]);
  });

  test("knows one app under two names", async () => {
    const versioned = new Saddle();
    versioned.route("/", { name: "root" }, (was) => [was.ab("root"), was.ab("v1.root"), was.ab("v2.root")]);
    const mounts = [
      ["/v1", versioned, { name: "v1" }],
      ["/v2", versioned, { name: "v2" }],
    ] as const;
    const { request } = await serve(versioned, "memory", { mounts });
    expect(await (await request("/v1/")).json()).toEqual(["/v1/", "/v1/", "/v2/"]);
    expect(await (await request("/v2/")).json()).toEqual(["/v2/", "/v1/", "/v2/"]);
  });

  test("says what it does not know", async () => {
    const main = new Saddle();
    main.route("/<name>", (was, { name }) => {
      try {
        return was.ab(name);
      } catch (error) {
        return (error as Error).message;
      }
    });
    const { request } = await serve(main, "memory", { mounts: [["/", main, { name: "main" }]] });
    expect(await (await request("/other.x")).text()).toBe("There is no app named other in this virtual host. Apps: main.");
    expect(await (await request("/main.x")).text()).toBe("There is no route named x in this app. Named routes: none.");
  });
});
