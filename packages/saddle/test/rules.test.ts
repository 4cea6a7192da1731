import { describe, expect, test } from "vitest";
import { pathValue } from "../src/routing/path-value.ts";
import { parseRule } from "../src/routing/rule.ts";
import { malformed, Router, slashMissing } from "../src/routing/router.ts";

const routerOf = (...rules: string[]): Router<string> => {
  const router = new Router<string>();
  for (const rule of rules) router.add(parseRule(rule), rule);
  return router;
};

const find = (router: Router<string>, path: string): unknown => {
  const found = router.find(path);
  return typeof found === "object" ? [found.target, ...found.values] : found;
};

describe("a rule", () => {
  test("is taken apart into fixed text and typed parameters", () => {
    expect(parseRule("/download/<int:major>/<path>")).toMatchObject({
      prefix: "/download",
      pattern: "/download/<int>/<path>",
      parameters: [
        { name: "major", type: "int" },
        { name: "path", type: "path" },
      ],
    });
  });

  test("of another name for a parameter has the same pattern", () => {
    expect(parseRule("/u/<name>").pattern).toBe(parseRule("/u/<id>").pattern);
    expect(parseRule("/u/<name>").pattern).not.toBe(parseRule("/u/<int:id>").pattern);
  });

  test.each([
    ["hello", 'it starts with "/"'],
    ["", 'it starts with "/"'],
    ["/a?b=1", "a query or fragment is no part of it"],
    ["/a/<b", "right after a slash"],
    ["/a-<b>", "right after a slash"],
    ["/<a><b>", "right after a slash"],
    ["/<uuid:a>", "the type uuid is none of"],
    ["/<my-type:a>", "the type my-type is none of"],
    ["/<1a>", "the name 1a of a parameter is none"],
    ["/<naïve>", "ASCII letters"],
    ["/<int:>.json", "ASCII letters"],
    ["/<a b>", "ASCII letters"],
    ["/a/../b", "no request reaches"],
    ["/a/.", "no request reaches"],
    ["/a/%2E%2e/<b>", "no request reaches"],
    ["/<a>/<int:a>", "the same name"],
    ["/<path:a>/x/<path:b>", "only one parameter can be a path"],
    ["/%zz", "percent-encoded"],
    ["/a%2Fb", "percent-encoded"],
    ["/<a>%2Fb", "percent-encoded"],
  ])("%s is refused with a reason", (rule, reason) => {
    expect(() => parseRule(rule)).toThrow(
      expect.objectContaining({ code: "SKITAI_SADDLE_BAD_RULE", message: expect.stringContaining(reason) as string }),
    );
  });
});

describe("a value in a path", () => {
  test.each([
    ["a_b", "string", "a b"],
    ["a%20b", "string", "a b"],
    ["a+b", "string", "a b"],
    ["caf%C3%A9", "string", "café"],
    ["a%2Fb", "string", undefined],
    ["", "string", undefined],
    ["..", "string", undefined],
    ["%2e%2e", "string", undefined],
    ["a%00", "string", undefined],
    ["0", "int", 0],
    ["0042", "int", 42],
    ["9007199254740991", "int", 9_007_199_254_740_991],
    ["9007199254740992", "int", undefined],
    ["-1", "int", undefined],
    ["1.5", "int", undefined],
    ["１", "int", undefined],
    ["1.5", "float", 1.5],
    [".5", "float", 0.5],
    ["2.", "float", 2],
    ["7", "float", 7],
    [".", "float", undefined],
    ["1.2.3", "float", undefined],
    ["1e5", "float", undefined],
    ["a/b_c", "path", "a/b_c"],
    ["a%2Fb+c", "path", "a/b+c"],
    ["c++/a+b_c.txt", "path", "c++/a+b_c.txt"],
    ["c%2B%2B/a%20b", "path", "c++/a b"],
    ["a/../b", "path", undefined],
    ["a/%2e%2e/b", "path", undefined],
    ["./a", "path", undefined],
    ["a..b/.c", "path", "a..b/.c"],
  ] as const)("%s as %s is %s", (raw, type, value) => {
    expect(pathValue(raw, type)).toBe(value);
  });
});

describe("a router", () => {
  test("prefers the exact rule to one with parameters", () => {
    const router = routerOf("/<name>", "/about");
    expect(find(router, "/about")).toEqual(["/about"]);
    expect(find(router, "/other")).toEqual(["/<name>", "other"]);
  });

  test("prefers the exact rule with a slash at its end to one with parameters", () => {
    const router = routerOf("/<name>", "/about/");
    expect(router.find("/about")).toBe(slashMissing);
    expect(find(router, "/about/")).toEqual(["/about/"]);
  });

  test("prefers the longest text before the first parameter, whatever was added first", () => {
    const router = routerOf("/<path:rest>", "/a/<path:rest>", "/a/b/<name>");
    expect(find(router, "/a/b/c")).toEqual(["/a/b/<name>", "c"]);
    expect(find(router, "/a/b/c/d")).toEqual(["/a/<path:rest>", "b/c/d"]);
    expect(find(router, "/x")).toEqual(["/<path:rest>", "x"]);
  });

  test("takes the first that was added among rules with the same text before their first parameter", () => {
    expect(find(routerOf("/<name>", "/<int:id>"), "/5")).toEqual(["/<name>", "5"]);
    expect(find(routerOf("/<int:id>", "/<name>"), "/5")).toEqual(["/<int:id>", 5]);
    expect(find(routerOf("/<int:id>", "/<name>"), "/five")).toEqual(["/<name>", "five"]);
    expect(find(routerOf("/<a>/x", "/<path:rest>", "/<b>/y"), "/1/y")).toEqual(["/<path:rest>", "1/y"]);
    expect(find(routerOf("/<a>/<b>", "/<a>/y"), "/1/y")).toEqual(["/<a>/<b>", "1", "y"]);
  });

  test("finds text between and after parameters", () => {
    const router = routerOf("/u/<int:id>/posts", "/u/<int:id>/posts/<int:post>", "/u/<name>.json", "/d/<path:file>/raw");
    expect(find(router, "/u/7/posts")).toEqual(["/u/<int:id>/posts", 7]);
    expect(find(router, "/u/7/posts/8")).toEqual(["/u/<int:id>/posts/<int:post>", 7, 8]);
    expect(find(router, "/u/me.json")).toEqual(["/u/<name>.json", "me"]);
    expect(find(router, "/u/me.xml")).toBeUndefined();
    expect(find(router, "/d/a/b/raw")).toEqual(["/d/<path:file>/raw", "a/b"]);
    expect(find(router, "/d/raw")).toBeUndefined();
    expect(find(router, "/d/a/b")).toBeUndefined();
  });

  test("gives a path in the middle the segments that the rest of its rule leaves", () => {
    const router = routerOf("/<int:a>/<path:p>/<name>/end");
    expect(find(router, "/1/x/y/z/end")).toEqual(["/<int:a>/<path:p>/<name>/end", 1, "x/y", "z"]);
    expect(find(router, "/1/x/end")).toBeUndefined();
    expect(find(router, "/no/x/y/z/end")).toBeUndefined();
  });

  test("misses the slash of a rule with parameters too", () => {
    const router = routerOf("/u/<name>/");
    expect(router.find("/u/bob")).toBe(slashMissing);
    expect(find(router, "/u/bob/")).toEqual(["/u/<name>/", "bob"]);
    expect(router.find("/u/bob//")).toBeUndefined();
  });

  test("merges no slashes and knows no extra one", () => {
    const router = routerOf("/hello", "/u/<name>");
    for (const path of ["/hello/", "//hello", "/u//bob", "/u/bob/", "/u/", "/u"]) expect(router.find(path), path).toBeUndefined();
  });

  test("compares fixed text decoded", () => {
    const router = routerOf("/café/menü", "/a%20b/<name>");
    expect(find(router, "/caf%C3%A9/men%C3%BC")).toEqual(["/café/menü"]);
    expect(find(router, "/a%20b/c")).toEqual(["/a%20b/<name>", "c"]);
    expect(find(router, "/hello%2Fthere")).toBeUndefined();
  });

  test("tells percent-encoding that is malformed", () => {
    const router = routerOf("/<path:p>");
    for (const path of ["/%", "/%zz", "/%E0%80%AF", "/%C0%AE", "/a/%ff"]) expect(router.find(path), path).toBe(malformed);
  });

  test("knows nothing of the names of object members", () => {
    const router = routerOf("/a", "/b/<name>");
    for (const path of ["/__proto__", "/constructor", "__proto__"]) expect(router.find(path)).toBeUndefined();
  });

  test("tries few of hundreds of rules that differ behind their first parameter", () => {
    const rules = Array.from({ length: 300 }, (_, at) => `/<tenant>/resource${at}/<int:id>`);
    const router = routerOf(...rules);
    expect(find(router, "/acme/resource299/5")).toEqual(["/<tenant>/resource299/<int:id>", "acme", 5]);
    expect(find(router, "/acme/resource300/5")).toBeUndefined();
    expect(find(router, "/acme/resource7/x")).toBeUndefined();
  });

  test("finds nothing for a path of thousands of segments", () => {
    expect(routerOf("/a/<name>", "/<x>/<y>").find("/a".repeat(50_000))).toBeUndefined();
  });
});
