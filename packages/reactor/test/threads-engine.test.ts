import { expect, onTestFinished, test } from "vitest";
import { Engine, mountable, respond, type EngineOptions, type Was } from "../src/index.ts";
import type * as work from "./fixtures/threads/work.ts";

const directory = new URL("fixtures", import.meta.url).pathname;

const engineWith = (handle: (was: Was) => unknown, options: EngineOptions = {}): Engine => {
  const engine = new Engine({ requestLog: false, directory, ...options });
  onTestFinished(() => engine.close({ timeout: 0 }));
  engine.mount("/", {
    [mountable]: () => ({
      target: undefined,
      handle: async (was) => void (await respond(was, 200, [], JSON.stringify((await handle(was)) ?? null))),
    }),
  });
  return engine;
};

const ask = async (engine: Engine): Promise<unknown> => (await engine.request("/")).json();

test("was.thread calls a function of a module below the engine's directory", async () => {
  const engine = engineWith((was) => was.thread<typeof work.add>("threads/work.ts", "add", 2, 3));
  expect(await ask(engine)).toBe(5);
  expect(await engine.wac.thread<typeof work.default>("threads/work.ts", {})).toMatchObject({ main: false });
  expect(engine.status("threads")).toMatchObject({ threads: { threads: 4, running: 1, busy: 0, waiting: 0 } });
});

test("what a call takes and gives is checked where it is written", async () => {
  const engine = engineWith(() => null);
  // @ts-expect-error -- a text is no number
  await engine.wac.thread<typeof work.add>("threads/work.ts", "add", 2, "3");
  // @ts-expect-error -- one number is missing
  await engine.wac.thread<typeof work.add>("threads/work.ts", "add", 2);
  // @ts-expect-error -- the sum is no text
  const text: string = await engine.wac.thread<typeof work.add>("threads/work.ts", "add", 2, 3);
  expect(text).toBe(5);
});

test("with threads: 0 was.thread says so, and there is no pool", async () => {
  const engine = engineWith((was) => was.thread("threads/work.ts", "add", 2, 3).catch((error: { code: string }) => error.code), {
    threads: 0,
  });
  expect(await ask(engine)).toBe("SKITAI_REACTOR_NO_THREADS");
  await expect(engine.wac.thread("threads/work.ts", "add")).rejects.toMatchObject({ code: "SKITAI_REACTOR_NO_THREADS" });
  expect(engine.threads).toBeUndefined();
});

test("an engine that closes ends its threads", async () => {
  const engine = engineWith(() => null, { threads: 2 });
  await engine.wac.thread("threads/work.ts", "add", 1, 1);
  await engine.close({ timeout: 0 });
  expect(engine.threads!.status().running).toBe(0);
  await expect(engine.wac.thread("threads/work.ts", "add", 1, 1)).rejects.toMatchObject({ code: "SKITAI_REACTOR_THREADS_CLOSED" });
});

test("threads is a whole number", () => {
  for (const threads of [-1, 1.5, "4"]) {
    expect(() => new Engine({ threads: threads as number })).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  }
});
