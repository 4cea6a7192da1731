import { describe, expect, test } from "vitest";
import { describeError } from "../src/log/traceback.ts";
import { ReactorError } from "../src/errors.ts";

const rule = "-".repeat(40);

const withStack = (error: Error, stack: string): Error => Object.defineProperty(error, "stack", { value: stack });

const broken = (): never => {
  throw new RangeError("too far");
};

const enormous = (): never => {
  const members = Array.from({ length: 500 }, () => new Error("n".repeat(10_000)));
  throw new Error("m".repeat(1_000_000), { cause: new AggregateError(members) });
};

const deep = (depth: number): never => (depth === 0 ? enormous() : deep(depth - 1));

describe("an error", () => {
  test("is a head line, a rule, its calls one per row as file, function and line, and a rule", () => {
    const stack = [
      "TypeError: no such user",
      "    at findUser (file:///srv/my%20shop/app.ts:12:7)",
      "    at new Basket (/srv/shop/basket.js:3:1)",
      "    at async Promise.all (index 0)",
      "    at async file:///srv/shop/main.ts:40:3",
      "    at Array.map (<anonymous>)",
      "    at /srv/shop/bare.js:9:2",
    ].join("\n");
    expect(describeError(withStack(new TypeError("no such user"), stack)).split("\n")).toEqual([
      "<TypeError> no such user",
      rule,
      "+ Traceback",
      "===",
      "- /srv/my shop/app.ts|findUser|12",
      "- /srv/shop/basket.js|new Basket|3",
      "- index 0|async Promise.all|",
      "- /srv/shop/main.ts||40",
      "- <anonymous>|Array.map|",
      "- /srv/shop/bare.js||9",
      rule,
    ]);
  });

  test("that was really thrown names this file and the function", () => {
    let text = "";
    try {
      broken();
    } catch (error) {
      text = describeError(error);
    }
    expect(text).toMatch(/^<RangeError> too far\n/);
    expect(text).toMatch(/\n- .*log-traceback\.test\.ts\|broken\|\d+\n/);
  });

  test("of a class without a name of its own shows the class", () => {
    class NoStock extends Error {}
    expect(describeError(new NoStock("sold out"))).toMatch(/^<NoStock> sold out\n/);
  });

  test("shows its code unless the message has it", () => {
    expect(describeError(new ReactorError("SKITAI_REACTOR_NO_MOUNT"))).toContain("[SKITAI_REACTOR_NO_MOUNT]");
    const system = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
    expect(describeError(system).split("\n")[0]).toBe("<Error> ENOENT: no such file");
  });

  test("whose message looks like calls does not add them", () => {
    const text = describeError(new Error("x\n    at forged (/etc/forged.js:1:1)"));
    expect(text).not.toContain("- /etc/forged.js|forged|1");
  });

  test("shows its causes and the members of an aggregate", () => {
    const inner = new Error("connect ECONNREFUSED");
    const middle = new AggregateError([inner, new Error("second")], "all members failed");
    const text = describeError(new Error("no upstream", { cause: middle }));
    const heads = text.split("\n").filter((row) => row.startsWith("<") || row.startsWith("+"));
    expect(heads).toEqual([
      "<Error> no upstream",
      "+ Traceback",
      "+ Caused by <AggregateError> all members failed",
      "+ One of <Error> connect ECONNREFUSED",
      "+ One of <Error> second",
    ]);
  });
});

describe("whatever is thrown", () => {
  const looped = new Error("loop");
  looped.cause = looped;
  const throwing = new Error("fine");
  Object.defineProperty(throwing, "message", {
    get() {
      throw new Error("no message for you");
    },
  });
  const hostileProxy = new Proxy(
    {},
    {
      get() {
        throw new Error("trap");
      },
      has() {
        throw new Error("trap");
      },
      getPrototypeOf() {
        throw new Error("trap");
      },
    },
  );
  const odd = Object.assign(new Error("odd"), { message: 12, name: Symbol("odd"), stack: 5 });

  test.each([
    ["a string", "boom", "<string> boom"],
    ["undefined", undefined, "<undefined> undefined"],
    ["null", null, "<null> null"],
    ["a number", 42, "<number> 42"],
    ["a symbol", Symbol("s"), "<symbol> Symbol(s)"],
    ["a plain object", { a: 1 }, "<object> { a: 1 }"],
    ["an object without prototype", Object.create(null), "<object> [Object: null prototype] {}"],
    ["its own cause", looped, "<Error> loop"],
    ["an error whose message throws", throwing, "<unknown> an error that cannot be read"],
    ["a proxy that throws", hostileProxy, "<unknown> an error that cannot be read"],
    ["an error with properties of wrong types", odd, "<Symbol(odd)> 12"],
    [
      "something like an error, of another realm",
      { message: "far", stack: "Error: far\n    at f (/a.js:1:2)", name: "Error" },
      "<Error> far",
    ],
  ])("%s is described", (_, value, head) => {
    expect(describeError(value).split("\n")[0]).toBe(head);
  });

  test("the report is bounded", () => {
    let text = "";
    Error.stackTraceLimit = 100;
    try {
      deep(100);
    } catch (error) {
      text = describeError(error);
    } finally {
      Error.stackTraceLimit = 10;
    }
    expect(text).toContain("more)");
    expect(text.length).toBeLessThan(16_100);
  });
});
