import { describe, expect, test } from "vitest";
import { Saddle } from "../src/index.ts";

const nothing = (): string => "";

/** What JavaScript lets through: calls on an app that types would refuse. */
type Misuse = readonly [path: readonly unknown[], message: string];

const refused = (method: string, args: readonly unknown[], message: string): void => {
  const app = new Saddle();
  const call = Reflect.get(app, method) as (...args: readonly unknown[]) => unknown;
  expect(() => Reflect.apply(call, app, args)).toThrow(
    expect.objectContaining({ name: "SaddleError", code: "SKITAI_SADDLE_BAD_OPTION", message }),
  );
};

describe("a method that takes a function", () => {
  test.each([
    "beforeRequest",
    "finishRequest",
    "failedRequest",
    "teardownRequest",
    "defaultErrorHandler",
    "beforeMount",
    "mounted",
    "beforeRemount",
    "remounted",
    "beforeUmount",
    "umounted",
  ])("refuses anything else: %s", (method) => {
    refused(method, [5], `The handler of app.${method} cannot be 5. Pass a function.`);
    refused(method, [], `The handler of app.${method} cannot be undefined. Pass a function.`);
  });

  test.each<[string, ...Misuse]>([
    ["errorHandler", [404, 5], "The handler of app.errorHandler cannot be 5. Pass a function."],
    ["errorHandler", ["x", nothing], 'The status of app.errorHandler cannot be "x". Use a number from 200 to 599.'],
    ["errorHandler", [404.5, nothing], "The status of app.errorHandler cannot be 404.5. Use a number from 200 to 599."],
    ["templateGlobal", ["f", null], "The handler of app.templateGlobal cannot be null. Pass a function."],
    ["templateGlobal", [nothing], 'The name of app.templateGlobal cannot be "function". Use a text that is not empty.'],
    ["templateFilter", ["f", "upper"], 'The handler of app.templateFilter cannot be "upper". Pass a function.'],
    ["templateFilter", ["", nothing], 'The name of app.templateFilter cannot be "". Use a text that is not empty.'],
    ["templateEngine", [".pt", nothing], 'The engine of app.templateEngine cannot be "function". Use an object with a method render.'],
    ["templateEngine", [5, nothing], 'The ending of templates cannot be 5. Use one such as ".pt".'],
    ["on", ["saved", {}], 'The handler of app.on cannot be "object". Pass a function.'],
    ["on", [5, nothing], "The event of app.on cannot be 5. Use a text that is not empty."],
    ["on", [["saved", false], nothing], "The event of app.on cannot be false. Use a text that is not empty."],
    ["emitAfter", ["saved"], "The handler of app.emitAfter cannot be undefined. Pass a function."],
  ])("and other arguments refuses anything else: %s %j", (method, args, message) => refused(method, args, message));
});

describe("a route", () => {
  test.each<Misuse>([
    [[null], "The options of /x cannot be null. Use an object."],
    [[[]], 'The options of /x cannot be "object". Use an object.'],
    [[{ name: 5 }], "name cannot be 5. A name is a text that holds no dot and begins with no slash."],
    [[{ name: null }], "name cannot be null. A name is a text that holds no dot and begins with no slash."],
    [[{ methods: ["BOGUS"] }], 'methods cannot be "BOGUS". Use methods that HTTP has, such as "GET".'],
    [[{ methods: null }], "methods cannot be null. Use a list of strings."],
    [[{ contentTypes: null }], "contentTypes cannot be null. Use a list of strings."],
    [[{ preworks: 5 }], "preworks cannot be 5. Use a function, or a list of functions."],
    [[{ preworks: [nothing, null] }], "preworks cannot be null. Use a function, or a list of functions."],
    [[{ postworks: "later" }], 'postworks cannot be "later". Use a function, or a list of functions.'],
    [[{ params: ["a"] }], 'params cannot be "object". Use names and types: { id: "int" }. A schema belongs to args.'],
    ...(
      [
        [5, "5"],
        [null, "null"],
        ["a.txt", '"a.txt"'],
        [["a.txt"], '"object"'],
        [[["a.txt", 5]], '"object"'],
        [[null], '"object"'],
      ] as const
    ).map(([value, shown]): Misuse => [
      [{ ifFileModified: value }],
      `ifFileModified cannot be ${shown}. Use [path, function], [path, function, "2s"], or a list of such.`,
    ]),
  ])("refuses options of wrong types: %j", ([options], message) => refused("route", ["/x", options, nothing], message));

  test("takes methods in any case, and every one that Node.js knows", () => {
    const app = new Saddle();
    expect(app.route("/x", { methods: ["get", "M-SEARCH", "PROPFIND"] }, nothing)).toBe(nothing);
  });
});
