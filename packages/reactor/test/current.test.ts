import { EventEmitter } from "node:events";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { emitWith, runWith, was } from "../src/was/current.ts";
import { Was } from "../src/was/was.ts";

class SecretWas extends Was {
  #secret = "hidden";
  static plain = 1;

  tell(suffix = ""): string {
    return this.#secret + suffix;
  }
  get secret(): string {
    return this.#secret;
  }
  set secret(value: string) {
    this.#secret = value;
  }
}

const make = (path = "/"): SecretWas => new SecretWas({} as Was["req"], {} as Was["res"], undefined, path, 0);

const read = (name: string): unknown => Reflect.get(was, name);

test("outside a request each use says so", () => {
  const error = expect.objectContaining({
    code: "SKITAI_REACTOR_OUTSIDE_REQUEST",
    message: expect.stringContaining("was.path was used outside a request"),
  });
  expect(() => was.path).toThrow(error);
  expect(() => Object.assign(was, { path: 1 })).toThrow(error);
  expect(() => Reflect.deleteProperty(was, "path")).toThrow(error);
});

test("outside a request it can be looked at, awaited and shown", async () => {
  expect(await Promise.resolve(was)).toBe(was);
  expect(inspect(was)).toEqual(expect.any(String));
  expect(Object.keys(was)).toEqual([]);
  expect("path" in was).toBe(false);
  expect(was instanceof Was).toBe(true);
});

test("inside a request it is that request's", () => {
  const current = make("/here");
  runWith(current, () => {
    expect([was.path, was.startedAt, "path" in was, was instanceof SecretWas]).toEqual(["/here", 0, true, true]);
    expect(Object.keys(was)).toEqual(Object.keys(current));
    expect(Object.getOwnPropertyDescriptor(was, "path")?.value).toBe("/here");
  });
});

test("getters, setters and methods reach private fields", () => {
  runWith(make(), () => {
    expect(read("secret")).toBe("hidden");
    Reflect.set(was, "secret", "new");
    const tell = read("tell") as SecretWas["tell"];
    expect([tell("!"), tell.call(undefined, "?")]).toEqual(["new!", "new?"]);
  });
});

test("functions with properties keep them", () => {
  const current = Object.assign(make(), {
    get: Object.assign((url: string) => `got ${url}`, { lb: (name: string) => `balanced ${name}` }),
  });
  runWith(current, () => {
    const get = read("get") as typeof current.get;
    expect([get("/"), get.lb("@a")]).toEqual(["got /", "balanced @a"]);
  });
});

test("what is put on it stays on the request's own object", () => {
  const current = make();
  runWith(current, () => {
    Object.assign(was, { note: 1 });
    Object.defineProperty(was, "fixed", { value: 2 });
    Reflect.deleteProperty(was, "path");
  });
  expect(current).toMatchObject({ note: 1, fixed: 2 });
  expect("path" in current).toBe(false);
});

test("it follows awaits, timers, microtasks and nested requests", async () => {
  const path = async (): Promise<string> => {
    await Promise.resolve();
    await setTimeout(1);
    return new Promise((resolve) => setImmediate(() => queueMicrotask(() => process.nextTick(() => resolve(was.path)))));
  };
  const outer = runWith(make("/outer"), async () => [await runWith(make("/inner"), path), await path()]);
  expect(await Promise.all([outer, runWith(make("/other"), path)])).toEqual([["/inner", "/outer"], "/other"]);
  expect(() => was.path).toThrow();
});

test("events from outside a request can be tied to it", () => {
  const emitter = new EventEmitter();
  const seen: unknown[] = [];
  emitter.on("event", (...args) => seen.push(was.path, ...args));
  emitWith(make("/tied"), emitter);
  expect([emitter.emit("event", 1, 2), emitter.emit("nobody")]).toEqual([true, false]);
  expect(seen).toEqual(["/tied", 1, 2]);
});
