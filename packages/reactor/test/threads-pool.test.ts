import { getEventListeners } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { ThreadPool, type ThreadPoolOptions } from "../src/threads/index.ts";
import type * as work from "./fixtures/threads/work.ts";
import { eventually } from "./support/eventually.ts";

const url = new URL("fixtures/threads/work.ts", import.meta.url);

const poolOf = (threads: number, options: ThreadPoolOptions = {}): ThreadPool => {
  const pool = new ThreadPool({ threads, ...options });
  onTestFinished(() => pool.close());
  return pool;
};

const where = (pool: Pick<ThreadPool, "run">): Promise<work.Place> => pool.run<typeof work.default>(url, "default");

/** Two numbers that threads share: the first lets `block` go on, the second says that it has begun. */
const flags = (): Int32Array => new Int32Array(new SharedArrayBuffer(8));
const begun = (shared: Int32Array): Promise<void> => eventually(() => Atomics.load(shared, 1) === 1);
const release = (shared: Int32Array): void => {
  Atomics.store(shared, 0, 1);
  Atomics.notify(shared, 0);
};

test("a function of a TypeScript module runs in another thread, and its types hold here", async () => {
  const pool = poolOf(1);
  const place = await where(pool);
  expect(place.main).toBe(false);
  expect(place.thread).toBeGreaterThan(0);
  const sum: number = await pool.run<typeof work.add>(url, "add", 2, 3);
  expect(sum).toBe(5);
  expect(await pool.run(url, "later", { list: [1, new Date(0)] })).toEqual({ list: [1, new Date(0)] });
});

test("a module can be given as a URL, as its text, or as a path below the pool's directory", async () => {
  const pool = poolOf(1, { directory: new URL("fixtures", import.meta.url).pathname });
  for (const module of [url, url.href, url.pathname, "threads/work.ts", "./threads/work.ts"]) {
    expect(await pool.run<typeof work.add>(module, { name: "add" }, 1, 1)).toBe(2);
  }
  expect(await pool.run<typeof work.default>(url, {})).toMatchObject({ main: false });
});

test("no thread is started before it is needed, and no more than allowed", async () => {
  const pool = poolOf(2);
  expect(pool.status()).toEqual({ threads: 2, running: 0, busy: 0, waiting: 0 });
  await where(pool);
  await where(pool);
  expect(pool.status()).toMatchObject({ running: 1, busy: 0 });
  const shared = flags();
  const calls = Array.from({ length: 5 }, () => pool.run<typeof work.block>(url, "block", shared));
  expect(pool.status()).toEqual({ threads: 2, running: 2, busy: 2, waiting: 3 });
  release(shared);
  expect(await Promise.all(calls)).toEqual(["done", "done", "done", "done", "done"]);
  expect(pool.status()).toEqual({ threads: 2, running: 2, busy: 0, waiting: 0 });
});

test("work in a thread does not hold this one up", async () => {
  const pool = poolOf(2);
  const shared = flags();
  const blocked = pool.run<typeof work.block>(url, "block", shared);
  await begun(shared);
  expect(await pool.run<typeof work.add>(url, "add", 1, 2)).toBe(3);
  release(shared);
  expect(await blocked).toBe("done");
});

test("an error arrives with its message, name, code, stack, cause and other properties", async () => {
  const pool = poolOf(1);
  const error = await pool.run<typeof work.fail>(url, "fail", "row").then(
    () => undefined,
    (reason: work.WorkError) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "WorkError", message: "no such row", code: "WORK_FAILED", details: { row: 7 } });
  expect(error!.stack).toMatch(/work\.ts/);
  expect(error!.cause).toBeInstanceOf(TypeError);
  expect(error!.cause).toMatchObject({ message: "beneath", code: "BENEATH" });
  await expect(pool.run<typeof work.fail>(url, "fail", "range")).rejects.toBeInstanceOf(RangeError);
  await expect(pool.run<typeof work.fail>(url, "fail", "text")).rejects.toBe("only a text");
});

test("a module that cannot be loaded is named, with the reason", async () => {
  const pool = poolOf(1);
  const missing = new URL("fixtures/threads/missing.ts", import.meta.url);
  await expect(pool.run(missing, "add")).rejects.toMatchObject({
    code: "SKITAI_REACTOR_THREAD_MODULE",
    cause: { code: "ERR_MODULE_NOT_FOUND" },
  });
  await expect(pool.run(new URL("fails.ts", url), "add")).rejects.toMatchObject({
    code: "SKITAI_REACTOR_THREAD_MODULE",
    message: expect.stringContaining("not today") as string,
    cause: { code: "CLOSED_ON_SUNDAY" },
  });
});

test("an export that is no function is refused, with the names of those that are there", async () => {
  const pool = poolOf(1);
  for (const name of ["subtract", "notAFunction", "toString"]) {
    await expect(pool.run(url, name)).rejects.toMatchObject({
      code: "SKITAI_REACTOR_THREAD_EXPORT",
      message: expect.stringMatching(new RegExp(`no function ${name}.*add`)) as string,
    });
  }
});

test("what cannot be copied, there or back, fails its call alone", async () => {
  const pool = poolOf(1);
  const before = await where(pool);
  await expect(pool.run(url, "later", () => 1)).rejects.toMatchObject({ name: "DataCloneError" });
  await expect(pool.run(url, "giveFunction")).rejects.toMatchObject({ name: "DataCloneError" });
  expect(await where(pool)).toEqual(before);
});

test("bytes can be handed over instead of copied", async () => {
  const pool = poolOf(1);
  const bytes = new ArrayBuffer(1_000);
  expect(await pool.run<typeof work.length>(url, { name: "length", transfer: [bytes] }, bytes)).toBe(1_000);
  expect(bytes.byteLength).toBe(0);
});

test("a thread that exits, or dies of an error outside of any call, fails its own call alone and is replaced", async () => {
  const pool = poolOf(2);
  const shared = flags();
  const other = pool.run<typeof work.block>(url, "block", shared);
  await begun(shared);
  await expect(pool.run<typeof work.exit>(url, "exit", 3)).rejects.toMatchObject({
    code: "SKITAI_REACTOR_THREAD_DIED",
    message: "The thread is gone: it ended with exit code 3.",
  });
  await expect(pool.run(url, "crashLater")).rejects.toMatchObject({
    code: "SKITAI_REACTOR_THREAD_DIED",
    message: "The thread is gone: it ended by an error: outside of any call.",
    cause: { message: "outside of any call" },
  });
  expect(await pool.run<typeof work.add>(url, "add", 1, 1)).toBe(2);
  release(shared);
  expect(await other).toBe("done");
});

test("calls that wait are carried out by the next thread, when one dies", async () => {
  const pool = poolOf(1);
  const died = pool.run<typeof work.exit>(url, "exit", 1);
  const waiting = Array.from({ length: 20 }, (_, at) => pool.run<typeof work.add>(url, "add", at, 0));
  await expect(died).rejects.toMatchObject({ code: "SKITAI_REACTOR_THREAD_DIED" });
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, (_, at) => at));
});

test("an aborted call ends the thread in the middle of its work, and leaves no listener behind", async () => {
  const pool = poolOf(1);
  const shared = flags();
  const controller = new AbortController();
  const { signal } = controller;
  const spinning = pool.run<typeof work.spin>(url, { name: "spin", signal }, shared);
  const waiting = pool.run<typeof work.add>(url, { name: "add", signal }, 1, 1);
  const next = pool.run<typeof work.add>(url, "add", 2, 2);
  await begun(shared);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(spinning).rejects.toBe(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(await next).toBe(4);
  await expect(pool.run(url, { name: "add", signal })).rejects.toBe(reason);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a signal that is never used keeps no listener", async () => {
  const pool = poolOf(1);
  const { signal } = new AbortController();
  await pool.run<typeof work.add>(url, { name: "add", signal }, 1, 1);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a call that takes longer than its timeout is given up, be it at work or in the queue", async () => {
  const pool = poolOf(1);
  const late = { code: "SKITAI_REACTOR_THREAD_TIMEOUT" };
  const spinning = pool.run<typeof work.spin>(url, { name: "spin", timeout: 50 }, flags());
  const waiting = pool.run<typeof work.add>(url, { name: "add", timeout: 20 }, 1, 1);
  await expect(waiting).rejects.toMatchObject(late);
  await expect(spinning).rejects.toMatchObject(late);
  expect(await pool.run<typeof work.add>(url, { name: "add", timeout: "1m" }, 1, 1)).toBe(2);
});

test("a thread without work ends after its time, and the next call gets another", async () => {
  const pool = poolOf(2, { idleTimeout: 20 });
  const { thread } = await where(pool);
  await eventually(() => pool.status().running === 0);
  expect((await where(pool)).thread).not.toBe(thread);
});

test("close ends everything: what runs, what waits, and what comes later", async () => {
  const pool = poolOf(1);
  const shared = flags();
  const closed = { code: "SKITAI_REACTOR_THREADS_CLOSED" };
  const outcomes = [
    pool.run<typeof work.spin>(url, "spin", shared),
    pool.run<typeof work.add>(url, "add", 1, 1),
    pool.pin().run<typeof work.add>(url, "add", 1, 1),
  ].map((call) => expect(call).rejects.toMatchObject(closed));
  await begun(shared);
  await pool.close();
  await pool.close();
  await Promise.all(outcomes);
  await expect(pool.run(url, "add")).rejects.toMatchObject(closed);
  expect(() => pool.pin()).toThrow(expect.objectContaining(closed));
  expect(pool.status()).toMatchObject({ running: 0, busy: 0, waiting: 0 });
});

test("options that do not exist or cannot be are refused", async () => {
  const pool = poolOf(1);
  const refused = { code: "SKITAI_REACTOR_BAD_OPTION" };
  await expect(pool.run(url, { nmae: "add" } as never)).rejects.toMatchObject(refused);
  await expect(pool.run(url, { timeout: "soon" as never })).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_DURATION" });
  expect(() => new ThreadPool({ threads: 0 })).toThrow(expect.objectContaining(refused));
  expect(() => new ThreadPool({ treads: 1 } as never)).toThrow(expect.objectContaining(refused));
});
