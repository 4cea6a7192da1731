import { expect, onTestFinished, test } from "vitest";
import { ThreadPool, type PinnedThread, type ThreadPoolOptions } from "../src/threads/index.ts";
import type * as work from "./fixtures/threads/work.ts";
import { eventually } from "./support/eventually.ts";

const url = new URL("fixtures/threads/work.ts", import.meta.url);

const poolOf = (threads: number, options: ThreadPoolOptions = {}): ThreadPool => {
  const pool = new ThreadPool({ threads, ...options });
  onTestFinished(() => pool.close());
  return pool;
};

const keep = (pin: PinnedThread, text: string): Promise<void> => pin.run<typeof work.keep>(url, "keep", text);
const recall = (pin: PinnedThread): Promise<{ text: string; thread: number }> => pin.run<typeof work.recall>(url, "recall");

test("what a module keeps in a pinned thread is there at the next call, whatever else the pool does", async () => {
  const pool = poolOf(3);
  const pins = [pool.pin(), pool.pin()] as const;
  await Promise.all(pins.map((pin, at) => keep(pin, `connection ${at}`)));
  const others = Array.from({ length: 30 }, (_, at) => pool.run<typeof work.add>(url, "add", at, 0));
  for (let round = 0; round < 10; round++) {
    const [one, other] = await Promise.all(pins.map(recall));
    expect([one!.text, other!.text]).toEqual(["connection 0", "connection 1"]);
    expect(one!.thread).not.toBe(other!.thread);
  }
  expect(await Promise.all(others)).toHaveLength(30);
});

test("more pins than threads share them evenly", async () => {
  const pool = poolOf(2);
  const pins = Array.from({ length: 6 }, () => pool.pin());
  const threads = await Promise.all(pins.map(async (pin) => (await recall(pin)).thread));
  const shares = Array.from(Map.groupBy(threads, (thread) => thread).values(), ({ length }) => length);
  expect(shares).toEqual([3, 3]);
});

test("calls of a pin are carried out one after the other, in their order", async () => {
  const pool = poolOf(1);
  const pin = pool.pin();
  const seen: string[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async (_, at) => {
      const before = recall(pin);
      await keep(pin, `${at}`);
      seen.push((await before).text);
    }),
  );
  expect(seen).toEqual(["", ...Array.from({ length: 19 }, (_, at) => `${at}`)]);
});

test("a pool whose only thread is pinned serves everybody by turns", async () => {
  const pool = poolOf(1);
  const pin = pool.pin();
  const order: string[] = [];
  const noted = async (name: string, call: Promise<unknown>): Promise<void> => {
    await call;
    order.push(name);
  };
  await Promise.all([
    ...Array.from({ length: 4 }, () => noted("own", recall(pin))),
    ...Array.from({ length: 2 }, () => noted("other", pool.run<typeof work.add>(url, "add", 1, 1))),
  ]);
  expect(order).toEqual(["own", "other", "own", "other", "own", "own"]);
});

test("a call that is given up does not end a pinned thread: what is kept there stays", async () => {
  const pool = poolOf(1);
  const pin = pool.pin();
  await keep(pin, "connection");
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const controller = new AbortController();
  const call = pin.run<typeof work.block>(url, { name: "block", signal: controller.signal }, shared);
  await eventually(() => Atomics.load(shared, 1) === 1);
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  const next = recall(pin);
  Atomics.store(shared, 0, 1);
  Atomics.notify(shared, 0);
  expect((await next).text).toBe("connection");
});

test("when a pinned thread dies its calls fail, its holder is told, and another pin gets a new thread", async () => {
  const pool = poolOf(1);
  const pin = pool.pin();
  const dying = pin.run<typeof work.exit>(url, "exit", 9);
  const waiting = recall(pin);
  const died = { code: "SKITAI_REACTOR_THREAD_DIED" };
  await expect(dying).rejects.toMatchObject(died);
  await expect(waiting).rejects.toMatchObject(died);
  expect(pin.signal.aborted).toBe(true);
  expect(pin.signal.reason).toMatchObject(died);
  await expect(recall(pin)).rejects.toMatchObject(died);
  pin.release();
  expect((await recall(pool.pin())).text).toBe("");
});

test("a pinned thread does not end for want of work, and does when it was released", async () => {
  const pool = poolOf(1, { idleTimeout: 20 });
  const other = pool.pin();
  {
    using pin = pool.pin();
    await keep(pin, "connection");
  }
  // Longer than a thread without pins would be kept.
  await new Promise((resolve) => setTimeout(resolve, 45));
  expect((await recall(other)).text).toBe("connection");
  other.release();
  other.release();
  await expect(recall(other)).rejects.toMatchObject({ code: "SKITAI_REACTOR_THREAD_DIED" });
  await eventually(() => pool.status().running === 0);
});

test("calls that wait when a pin is released are carried out", async () => {
  const pool = poolOf(1);
  const pin = pool.pin();
  await keep(pin, "connection");
  const calls = [recall(pin), recall(pin)];
  pin.release();
  expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(["connection", "connection"]);
});
