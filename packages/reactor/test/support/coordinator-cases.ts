import { expect, onTestFinished, test } from "vitest";
import type { Coordinator, CoordinatorListener } from "../../src/coordination/index.ts";
import { eventually } from "./eventually.ts";

/** One coordinator of the kind under test, that any number of clients can be connected to. */
export interface Coordination {
  connect(): Promise<Coordinator>;
  /** Ends a client as the death of its process does: it cannot say so. */
  kill(client: Coordinator): void;
  stop?(): Promise<void>;
}

/** What every kind of coordinator does. Call it once for each in a test file of its own. */
export const coordinatorCases = (start: () => Promise<Coordination>): void => {
  const clients = async (count: number): Promise<{ all: Coordinator[]; coordination: Coordination }> => {
    const coordination = await start();
    const all: Coordinator[] = [];
    onTestFinished(async () => {
      await Promise.all(all.map((client) => client.close()));
      await coordination.stop?.();
    });
    for (let at = 0; at < count; at++) all.push(await coordination.connect());
    return { all, coordination };
  };
  const one = async (): Promise<Coordinator> => (await clients(1)).all[0]!;
  const two = async (): Promise<[Coordinator, Coordinator]> => (await clients(2)).all as [Coordinator, Coordinator];
  const kept = (): { messages: unknown[]; keep: CoordinatorListener } => {
    const messages: unknown[] = [];
    return { messages, keep: (message) => messages.push(message) };
  };

  test("a message reaches every subscriber once, the sender's own included", async () => {
    const [a, b] = await two();
    const [ofA, ofB, alsoOfB] = [kept(), kept(), kept()];
    await a.subscribe("news", ofA.keep);
    await b.subscribe("news", ofB.keep);
    await b.subscribe("news", alsoOfB.keep);
    await a.publish("news", { text: "tea", parts: [1, null, true] });
    await a.publish("news", "end");
    await eventually(() => [ofA, ofB, alsoOfB].every(({ messages }) => messages.at(-1) === "end"));
    for (const { messages } of [ofA, ofB, alsoOfB]) expect(messages).toEqual([{ text: "tea", parts: [1, null, true] }, "end"]);
  });

  test("messages of one sender arrive in their order, though nobody waits in between", async () => {
    const [a, b] = await two();
    const { messages, keep } = kept();
    await b.subscribe("count", keep);
    const numbers = Array.from({ length: 500 }, (_, at) => at);
    await Promise.all(numbers.map((number) => a.publish("count", number)));
    await eventually(() => messages.length >= numbers.length);
    expect(messages).toEqual(numbers);
  });

  test("a message may have no content, and one of another channel is not heard", async () => {
    const a = await one();
    const { messages, keep } = kept();
    await a.subscribe("ping", keep);
    await a.publish("pong", "not this");
    await a.publish("ping", undefined);
    await a.publish("ping", null);
    await eventually(() => messages.length >= 2);
    expect(messages).toEqual([undefined, null]);
  });

  test("a message is copied: what its sender changes afterwards is not seen", async () => {
    const [a, b] = await two();
    const { messages, keep } = kept();
    await b.subscribe("state", keep);
    const state = { count: 1 };
    const published = a.publish("state", state);
    state.count = 2;
    await published;
    await eventually(() => messages.length > 0);
    expect(messages).toEqual([{ count: 1 }]);
  });

  test("what no JSON can express is refused, and the rest goes on", async () => {
    const a = await one();
    const { messages, keep } = kept();
    await a.subscribe("news", keep);
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const message of [cycle, 1n, () => 1])
      await expect(a.publish("news", message)).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_MESSAGE" });
    await a.publish("news", "fine");
    await eventually(() => messages.length > 0);
    expect(messages).toEqual(["fine"]);
  });

  test("after unsubscribing nothing comes, and other listeners of the channel hear on", async () => {
    const [a, b] = await two();
    const [gone, staying] = [kept(), kept()];
    const unsubscribe = await b.subscribe("news", gone.keep);
    const unsubscribeOther = await b.subscribe("news", staying.keep);
    unsubscribe();
    unsubscribe();
    await a.publish("news", 1);
    await eventually(() => staying.messages.length === 1);
    unsubscribeOther();
    const back = kept();
    await b.subscribe("news", back.keep);
    await a.publish("news", 2);
    await eventually(() => back.messages.length > 0);
    expect([gone.messages, staying.messages, back.messages]).toEqual([[], [1], [2]]);
  });

  test("a listener that is subscribed twice hears twice", async () => {
    const a = await one();
    const { messages, keep } = kept();
    const first = await a.subscribe("news", keep);
    await a.subscribe("news", keep);
    first();
    await a.publish("news", 1);
    await a.subscribe("news", keep);
    await a.publish("news", 2);
    await eventually(() => messages.length === 3);
    expect(messages).toEqual([1, 2, 2]);
  });

  test("a key that was never set counts as set when the service began, in all clients alike", async () => {
    const before = Date.now();
    const [a, b] = await two();
    await a.updates.load();
    await b.updates.load();
    const since = a.updates.get("users");
    expect(since).toBe(b.updates.get("photos"));
    expect(since).toBe(a.updates.get("users", "photos"));
    expect(Math.abs(since - before)).toBeLessThan(60_000);
  });

  test("without a copy everything counts as updated just now, so that nothing is taken for fresh", async () => {
    const a = await one();
    const before = Date.now();
    expect(a.updates.get("users")).toBeGreaterThanOrEqual(before);
  });

  test("an update is seen here at once, and everywhere when set() is done", async () => {
    const [a, b] = await two();
    await Promise.all([a.updates.load(), b.updates.load()]);
    for (let round = 0; round < 50; round++) {
      const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
      const before = Date.now();
      const done = from.updates.set("users");
      const here = from.updates.get("users");
      expect(here).toBeGreaterThanOrEqual(before);
      expect(await done).toBe(here);
      expect(to.updates.get("users")).toBe(here);
      expect(to.updates.get("photos", "users")).toBe(here);
    }
  });

  test("each update has a later time than the one before, and an older time changes nothing", async () => {
    const [a, b] = await two();
    await Promise.all([a.updates.load(), b.updates.load()]);
    const times: number[] = [];
    for (let at = 0; at < 20; at++) times.push(await a.updates.set("users"));
    expect(times).toEqual([...new Set(times)].toSorted((one, other) => one - other));
    const ahead = Date.now() + 60_000;
    expect(await a.updates.set("users", ahead)).toBe(ahead);
    expect(await b.updates.set("users", 5)).toBe(ahead);
    expect(await b.updates.set("users")).toBe(ahead + 1);
    expect(a.updates.get("users")).toBe(ahead + 1);
  });

  test("updates by several clients at once end with one time in all", async () => {
    const { all } = await clients(3);
    await Promise.all(all.map((client) => client.updates.load()));
    await Promise.all(Array.from({ length: 60 }, (_, at) => all[at % 3]!.updates.set("users")));
    const [first, ...others] = all.map((client) => client.updates.get("users"));
    expect(others).toEqual([first, first]);
  });

  test("a client that comes later gets the table as it is", async () => {
    const { all, coordination } = await clients(1);
    const time = await all[0]!.updates.set("users");
    const late = await coordination.connect();
    all.push(late);
    await late.updates.load();
    expect(late.updates.get("users")).toBe(time);
  });

  test("an update does not wait for a client that is gone", async () => {
    const { all, coordination } = await clients(2);
    const [a, b] = all as [Coordinator, Coordinator];
    await Promise.all([a.updates.load(), b.updates.load()]);
    coordination.kill(b);
    all.pop();
    const time = await a.updates.set("users");
    expect(a.updates.get("users")).toBe(time);
  });

  test("one client alone holds a lease, until it releases it", async () => {
    const [a, b] = await two();
    const lease = (await a.lease("job", "1m"))!;
    expect(lease.name).toBe("job");
    expect(await b.lease("job", "1m")).toBeUndefined();
    expect(await a.lease("job", "1m")).toBeUndefined();
    const other = await b.lease("another job", "1m");
    expect(other).toBeDefined();
    await lease.release();
    await lease.release();
    expect(lease.signal.aborted).toBe(true);
    expect(await lease.renew()).toBe(false);
    expect((await b.lease("job", "1m"))?.signal.aborted).toBe(false);
  });

  test("of many that ask at once one gets the lease", async () => {
    const { all } = await clients(3);
    const leases = await Promise.all(Array.from({ length: 30 }, (_, at) => all[at % 3]!.lease("job", "1m")));
    expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  test("a lease runs out, which its holder is told no later than the next gets it", async () => {
    const [a, b] = await two();
    const lease = (await a.lease("job", 40))!;
    let next = await b.lease("job", "1m");
    await eventually(async () => {
      next = await b.lease("job", "1m");
      return next !== undefined;
    });
    expect(lease.signal.aborted).toBe(true);
    expect(await lease.renew("1m")).toBe(false);
    await lease.release();
    expect(await a.lease("job", "1m")).toBeUndefined();
    expect(next!.signal.aborted).toBe(false);
  });

  test("a lease that is renewed goes on", async () => {
    const [a, b] = await two();
    const lease = (await a.lease("job", "10s"))!;
    expect(await lease.renew("1m")).toBe(true);
    expect(await lease.renew()).toBe(true);
    expect(await b.lease("job", "1m")).toBeUndefined();
    // Renewed for a moment only: then it ends.
    expect(await lease.renew(20)).toBe(true);
    await eventually(async () => (await b.lease("job", "1m")) !== undefined);
    expect(lease.signal.aborted).toBe(true);
  });

  test("leases end with their client, be it closed or gone", async () => {
    const { all, coordination } = await clients(3);
    const [closing, dying, other] = all as [Coordinator, Coordinator, Coordinator];
    const closed = (await closing.lease("one", "1h"))!;
    await dying.lease("two", "1h");
    await closing.close();
    expect(closed.signal.aborted).toBe(true);
    coordination.kill(dying);
    all.splice(1, 1);
    await eventually(async () => (await other.lease("one", "1m")) !== undefined);
    await eventually(async () => (await other.lease("two", "1m")) !== undefined);
  });

  test("all clients add to one counter, and none is lost", async () => {
    const { all } = await clients(3);
    const counts = await Promise.all(Array.from({ length: 60 }, (_, at) => all[at % 3]!.counter("hits").add()));
    expect(new Set(counts.map(({ value }) => value)).size).toBe(60);
    expect(await all[0]!.counter("hits").add(0)).toEqual({ value: 60, left: Number.POSITIVE_INFINITY });
    expect((await all[1]!.counter("hits").add(-10)).value).toBe(50);
    expect((await all[1]!.counter("other").add(0)).value).toBe(0);
    await all[2]!.counter("hits").reset();
    expect((await all[0]!.counter("hits").add(2.5)).value).toBe(2.5);
  });

  test("a counter with a window begins again when the window is over", async () => {
    const [a, b] = await two();
    const first = await a.counter("hits").add(1, "1h");
    expect(first).toEqual({ value: 1, left: 3_600_000 });
    const second = await b.counter("hits").add(1, "2h");
    expect(second.value).toBe(2);
    // The window is the first one's.
    expect(second.left).toBeLessThanOrEqual(3_600_000);
    expect(second.left).toBeGreaterThan(3_500_000);
    await a.counter("short").add(7, 30);
    await eventually(async () => (await b.counter("short").add(0)).value === 0);
    expect((await a.counter("short").add(1, 30)).value).toBe(1);
  });

  test("what cannot be a number or a time is refused", async () => {
    const a = await one();
    await expect(a.counter("hits").add(Number.NaN)).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_OPTION" });
    await expect(a.counter("hits").add(1, "soon" as never)).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_DURATION" });
    await expect(a.lease("job", -1)).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_DURATION" });
  });

  test("a closed client says so, hears nothing more, and the others go on", async () => {
    const [a, b] = await two();
    const [ofA, ofB] = [kept(), kept()];
    await a.subscribe("news", ofA.keep);
    await b.subscribe("news", ofB.keep);
    await a.close();
    await a.close();
    const closed = { code: "SKITAI_REACTOR_COORDINATOR_CLOSED" };
    await expect(a.publish("news", 1)).rejects.toMatchObject(closed);
    await expect(a.subscribe("news", ofA.keep)).rejects.toMatchObject(closed);
    await expect(a.updates.set("users")).rejects.toMatchObject(closed);
    await expect(a.lease("job", "1m")).rejects.toMatchObject(closed);
    await expect(a.counter("hits").add()).rejects.toMatchObject(closed);
    await b.publish("news", 2);
    await eventually(() => ofB.messages.length > 0);
    expect([ofA.messages, ofB.messages]).toEqual([[], [2]]);
  });
};
