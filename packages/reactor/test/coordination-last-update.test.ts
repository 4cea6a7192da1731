import { expect, onTestFinished, test } from "vitest";
import { Hub } from "../src/coordination/index.ts";
import { Engine, mountable, respond, respondError, type EngineOptions, type Was } from "../src/index.ts";

interface Told {
  event: string;
  args: readonly unknown[];
}

/** An engine with an app that does what the test says. */
const engineWith = (handle: (was: Was) => unknown, keys: string[], options: EngineOptions = {}): { engine: Engine; told: Told[] } => {
  const engine = new Engine({ requestLog: false, ...options });
  onTestFinished(() => engine.close({ timeout: 0 }));
  const told: Told[] = [];
  engine.mount("/", {
    [mountable]: () => ({
      target: undefined,
      handle: async (was) => {
        await respond(was, 200, [], JSON.stringify((await handle(was)) ?? null));
      },
      emit: (event, args) => void told.push({ event, args }),
    }),
  });
  if (keys.length > 0) engine.addlu(...keys);
  return { engine, told };
};

const ask = async (engine: Engine, path = "/"): Promise<unknown> => (await engine.request(path)).json();

test("getlu gives the newest time of its keys, and the start of the service for those that were never set", async () => {
  const before = Date.now();
  const { engine } = engineWith((was) => [was.getlu("users"), was.getlu("photos"), was.getlu("users", "photos")], ["users", "photos"]);
  const [users, photos, both] = (await ask(engine)) as [number, number, number];
  expect([photos, both]).toEqual([users, users]);
  expect(users).toBeGreaterThanOrEqual(before - 1_000);
  await engine.wac.setlu("photos");
  const after = (await ask(engine)) as [number, number, number];
  expect(after[0]).toBe(users);
  expect(after[1]).toBeGreaterThan(users - 1);
  expect(after[2]).toBe(after[1]);
  expect(engine.wac.getlu("photos")).toBe(after[1]);
});

test("two engines with one coordinator share the table, without anybody waiting for setlu", async () => {
  const hub = new Hub();
  const one = engineWith((was) => void was.setlu("users"), ["users"], { coordinator: hub.connect() });
  const other = engineWith((was) => was.getlu("users"), ["users"], { coordinator: hub.connect() });
  let last = (await ask(other.engine)) as number;
  for (let round = 0; round < 20; round++) {
    await ask(one.engine);
    const now = (await ask(other.engine)) as number;
    expect(now).toBeGreaterThan(last - 1);
    expect(now).toBe(one.engine.wac.getlu("users"));
    last = now;
  }
});

test("an update is told to the apps and listeners of every engine, with its arguments", async () => {
  const hub = new Hub();
  const engines = [1, 2].map(() => engineWith((was) => was.setlu("users", { id: 7 }, [1]), ["users"], { coordinator: hub.connect() }));
  const heard: unknown[] = [];
  for (const { engine } of engines) {
    engine.on("model-changed", (...args) => heard.push(args));
    engine.on("model-changed:users", (...args) => heard.push(args));
    await engine.prepare();
    await engine.request("/none", { method: "HEAD" });
  }
  heard.length = 0;
  for (const { told } of engines) told.length = 0;
  await ask(engines[0]!.engine);
  await expect.poll(() => engines[1]!.told.length).toBe(2);
  for (const { told } of engines) {
    expect(told).toEqual([
      { event: "model-changed", args: ["users", { id: 7 }, [1]] },
      { event: "model-changed:users", args: [{ id: 7 }, [1]] },
    ]);
  }
  await expect.poll(() => heard.length).toBe(4);
  expect(heard.slice(0, 2)).toEqual([
    ["users", { id: 7 }, [1]],
    [{ id: 7 }, [1]],
  ]);
});

test("a key that was not declared is refused by name, with those that were", async () => {
  const { engine } = engineWith(() => null, ["users", "photos"]);
  await ask(engine);
  const refusal = { code: "SKITAI_REACTOR_UPDATE_KEY_UNKNOWN", message: '"user" was not declared with addlu(). Declared: users, photos.' };
  expect(() => engine.wac.getlu("users", "user")).toThrow(expect.objectContaining(refusal));
  expect(() => engine.wac.setlu("user")).toThrow(expect.objectContaining(refusal));
  expect(() => engine.wac.getlu()).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_NO_UPDATE_KEYS" }));
});

test("without addlu both say what is missing", async () => {
  const { engine } = engineWith(() => null, []);
  await ask(engine);
  for (const use of [() => engine.wac.getlu("users"), () => engine.wac.setlu("users")]) {
    expect(use).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_NO_UPDATE_KEYS" }));
  }
});

test("addlu takes texts, and comes before apps are loaded", async () => {
  const { engine } = engineWith(() => null, ["users"]);
  expect(() => engine.addlu("")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  await ask(engine);
  expect(() => engine.addlu("photos")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_ALREADY_LISTENING" }));
});

test("arguments that no JSON can express fail setlu, and the answer is sent all the same", async () => {
  const { engine } = engineWith((was) => was.setlu("users", 1n).catch((error: { code: string }) => error.code), ["users"]);
  expect(await ask(engine)).toBe("SKITAI_REACTOR_BAD_MESSAGE");
});

test("an answer waits for all that it is to wait for, and so does an error page and the end of a stream", async () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const steps: string[] = [];
  const gate = (name: string): Promise<void> => {
    const made = Promise.withResolvers<void>();
    gates.set(name, made);
    return made.promise.then(() => void steps.push(`${name} is done`));
  };
  const engine = new Engine({ requestLog: false });
  onTestFinished(() => engine.close({ timeout: 0 }));
  engine.mount("/", {
    [mountable]: () => ({
      target: undefined,
      handle: (was) => {
        was.hold(gate("first"));
        was.hold(gate("second"));
        if (was.path === "/error") return respondError(was, 404);
        return respond(was, 200, ["Content-Type", "text/plain"], was.path === "/stream" ? ["a", "b"].values() : "text");
      },
    }),
  });
  for (const path of ["/text", "/error", "/stream"]) {
    steps.length = 0;
    const answer = engine.request(path).then((response) => steps.push(`answered ${response.status}`));
    await expect.poll(() => gates.size).toBe(2);
    gates.get("first")!.resolve();
    await new Promise(setImmediate);
    gates.get("second")!.resolve();
    gates.clear();
    await answer;
    expect(steps).toEqual(["first is done", "second is done", `answered ${path === "/error" ? 404 : 200}`]);
  }
});

test("what an answer waits for may fail", async () => {
  const { engine } = engineWith((was) => was.hold(Promise.reject(new Error("not told"))), []);
  expect(await ask(engine)).toBe(null);
});

test("run() cannot take over a coordinator that is in use", () => {
  const { engine } = engineWith(() => null, []);
  void engine.coordinator;
  expect(() => engine.coordinate(new Hub().connect())).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
});

test("an engine ends the coordinator that it made, and leaves open one that it was given", async () => {
  const given = new Hub().connect();
  const { engine } = engineWith(() => null, [], { coordinator: given });
  const own = engineWith(() => null, []).engine;
  expect(engine.wac.coordinator).toBe(given);
  const made = own.coordinator;
  await Promise.all([engine.close({ timeout: 0 }), own.close({ timeout: 0 })]);
  await given.publish("news", 1);
  await expect(made.publish("news", 1)).rejects.toMatchObject({ code: "SKITAI_REACTOR_COORDINATOR_CLOSED" });
});
