import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { balance } from "../src/upstream/balance.ts";
import type { Lease } from "../src/upstream/lease.ts";
import { isTransportFailure } from "../src/upstream/transport-failure.ts";
import type { Try } from "../src/upstream/try.ts";
import { HandClock, makeCluster, memberOf, refused, take } from "./support/upstream.ts";

const busy = { code: "SKITAI_REACTOR_CLUSTER_BUSY" };
const three = ["a:1", "b:1", "c:1"];

/** An attempt that fails at some members and answers with the address of the others. */
const answering =
  (failing: Iterable<string>, fail: () => Error = refused) =>
  ({ member }: Try): string => {
    if (new Set(failing).has(member.address)) throw fail();
    return member.address;
  };

/** Settles when the signal aborts, by rejecting with its reason. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });

describe("a request that fails at a member", () => {
  test("goes on at another one, and the failure counts", async () => {
    const cluster = makeCluster(three);
    const switches = vi.fn();
    cluster.on("switch", switches);
    const address = await balance(cluster, answering(["a:1", "b:1"]), { idempotent: true });
    expect(address).toBe("c:1");
    for (const [member, error] of switches.mock.calls) {
      expect((member as { state: string }).state).toBe("down");
      expect(error).toMatchObject({ code: "ECONNREFUSED" });
    }
  });

  test("is given to each member once at most, and ends with the last error", async () => {
    const cluster = makeCluster(three);
    const asked: string[] = [];
    const numbers: number[] = [];
    const failing = ({ member, number }: Try): never => {
      asked.push(member.address);
      numbers.push(number);
      throw Object.assign(new Error(`failure ${number}`), { code: "ECONNRESET" });
    };
    await expect(balance(cluster, failing, { idempotent: true })).rejects.toThrow("failure 2");
    expect(asked.toSorted()).toEqual(three);
    expect(numbers).toEqual([0, 1, 2]);
    expect(cluster.members.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });

  test("goes nowhere else when it is not idempotent and was sent", async () => {
    const cluster = makeCluster(three);
    let attempts = 0;
    const sending = (tried: Try): never => {
      attempts++;
      tried.sent = true;
      throw refused();
    };
    await expect(balance(cluster, sending, { idempotent: false })).rejects.toThrow("ECONNREFUSED");
    expect(attempts).toBe(1);
  });

  test("goes on when it is not idempotent and nothing was sent", async () => {
    const cluster = makeCluster(three);
    expect(await balance(cluster, answering(["a:1", "b:1"]), { idempotent: false })).toBe("c:1");
  });

  test("through the fault of the program neither goes on nor counts", async () => {
    const cluster = makeCluster(three);
    const faulty = vi.fn(() => {
      throw new TypeError("x is not a function");
    });
    await expect(balance(cluster, faulty, { idempotent: true })).rejects.toThrow(TypeError);
    expect(faulty).toHaveBeenCalledTimes(1);
    expect(cluster.members.map(({ state }) => state)).toEqual(["up", "up", "up"]);
  });

  test("counts when the caller says that it is the member's fault", async () => {
    const cluster = makeCluster(three);
    const failed = (error: unknown): boolean => (error as Error).message === "bad";
    const bad = answering(["a:1", "b:1"], () => new Error("bad"));
    expect(await balance(cluster, bad, { idempotent: true, failed })).toBe("c:1");
  });

  test("goes on without counting when the caller wants that", async () => {
    const cluster = makeCluster(three);
    const later = answering(["a:1", "b:1"], () => new Error("later"));
    expect(await balance(cluster, later, { idempotent: true, failed: () => false, retry: () => true })).toBe("c:1");
    expect(cluster.members.map(({ state }) => state)).toEqual(["up", "up", "up"]);
  });

  test("goes on no more when the budget is used up", async () => {
    const clock = new HandClock();
    const cluster = makeCluster(["a:1", "b:1"], {
      now: clock.now,
      retryBudget: { ratio: 0.1, minPerSecond: 0 },
      health: { failures: 1_000 },
    });
    const failFirst = ({ number }: Try): number => {
      if (number === 0) throw refused();
      return number;
    };
    const results = async (count: number): Promise<number> => {
      let answered = 0;
      for (let n = 0; n < count; n++)
        await balance(cluster, failFirst, { idempotent: true }).then(
          () => answered++,
          () => {},
        );
      return answered;
    };
    expect(await results(100)).toBe(10);
    expect(cluster.status()).toMatchObject({ repeated: 10, notRepeated: 90 });
    clock.pass(3_600_000);
    // What was counted an hour ago is forgotten, on both sides.
    expect(await results(100)).toBe(9);
  });

  test("may go on a few times however few requests there are", async () => {
    const cluster = makeCluster(["a:1", "b:1"], { retryBudget: { ratio: 0, minPerSecond: 1 }, health: { failures: 1_000 }, now: () => 0 });
    const failing = (): never => {
      throw refused();
    };
    for (let n = 0; n < 15; n++) await expect(balance(cluster, failing, { idempotent: true })).rejects.toThrow();
    expect(cluster.status()).toMatchObject({ repeated: 10, notRepeated: 5 });
  });
});

describe("a caller that turns away", () => {
  test("ends the attempt, which counts against nobody", async () => {
    const cluster = makeCluster(three);
    const controller = new AbortController();
    const attempt = vi.fn(({ signal }: Try) => untilAborted(signal));
    const request = balance(cluster, attempt, { idempotent: true, signal: controller.signal, failed: () => true });
    controller.abort(new Error("gone"));
    await expect(request).rejects.toThrow("gone");
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(cluster.status().members.map(({ state, inFlight }) => [state, inFlight])).toEqual([
      ["up", 0],
      ["up", 0],
      ["up", 0],
    ]);
  });

  test("because time is up counts only if it says so", async () => {
    const attempt = ({ signal }: Try): Promise<never> => untilAborted(signal);
    const states = async (failed?: () => boolean): Promise<string[]> => {
      const cluster = makeCluster("a:1");
      await expect(balance(cluster, attempt, { idempotent: true, signal: AbortSignal.timeout(1), failed })).rejects.toThrow("timeout");
      return cluster.members.map(({ state }) => state);
    };
    expect(await states()).toEqual(["up"]);
    expect(await states(() => true)).toEqual(["down"]);
  });

  test("ends the wait for a member", async () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1 });
    take(cluster);
    const controller = new AbortController();
    const attempt = vi.fn();
    const request = balance(cluster, attempt, { idempotent: true, signal: controller.signal });
    controller.abort(new Error("gone"));
    await expect(request).rejects.toThrow("gone");
    expect(attempt).not.toHaveBeenCalled();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  test("gets no fallback", async () => {
    const cluster = makeCluster("a:1");
    const fallback = vi.fn();
    await expect(balance(cluster, () => "", { idempotent: true, signal: AbortSignal.abort(), fallback })).rejects.toThrow();
    expect(fallback).not.toHaveBeenCalled();
  });
});

describe("a fallback", () => {
  test("answers when the last member has failed, and when the breaker is open", async () => {
    const cluster = makeCluster("a:1", { breaker: { minRequests: 1 } });
    const fallback = (error: unknown): string => (error as { code: string }).code;
    expect(await balance(cluster, answering(["a:1"]), { idempotent: true, fallback })).toBe("ECONNREFUSED");
    expect(await balance(cluster, answering([]), { idempotent: true, fallback })).toBe("SKITAI_REACTOR_CLUSTER_OPEN");
  });

  test("does not hide the faults of a program", async () => {
    const cluster = makeCluster("a:1");
    const faulty = (): never => {
      throw new RangeError("mine");
    };
    await expect(balance(cluster, faulty, { idempotent: true, fallback: () => 1 })).rejects.toThrow("mine");
  });
});

describe("an answer whose body still arrives", () => {
  test("keeps its request under way until the end", async () => {
    const cluster = makeCluster("a:1");
    const { promise, resolve } = Promise.withResolvers<void>();
    await balance(cluster, (tried) => tried.keep(promise), { idempotent: true });
    expect(cluster.members[0]!.inFlight).toBe(1);
    resolve();
    await vi.waitFor(() => expect(cluster.members[0]!.inFlight).toBe(0));
  });

  test("counts against the member when it breaks off, but goes nowhere else", async () => {
    const cluster = makeCluster(["a:1", "b:1"]);
    const attempt = vi.fn((tried: Try) => {
      tried.keep(Promise.reject(Object.assign(new Error("aborted"), { code: "ECONNRESET" })));
      return tried.member;
    });
    const member = await balance(cluster, attempt, { idempotent: true });
    await vi.waitFor(() => expect(member).toMatchObject({ state: "down", inFlight: 0 }));
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});

describe("hedging", () => {
  const later = <T>(value: T, milliseconds: number): Promise<T> =>
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds, value);
    });

  test("asks a second member when the first is slow, takes the first answer and aborts the other", async () => {
    const cluster = makeCluster(three);
    const aborted: string[] = [];
    const attempt = async ({ member, number, signal }: Try): Promise<string> => {
      if (number > 0) return member.address;
      return untilAborted(signal).finally(() => aborted.push(member.address));
    };
    const address = await balance(cluster, attempt, { idempotent: true, hedge: 1 });
    await vi.waitFor(() => expect(aborted).toHaveLength(1));
    expect(aborted).not.toContain(address);
    await vi.waitFor(() => expect(cluster.members.map(({ inFlight, state }) => [inFlight, state])).toEqual(three.map(() => [0, "up"])));
    expect(cluster.status().repeated).toBe(1);
  });

  test("finds out a member that never answers", async () => {
    const cluster = makeCluster(["a:1 1000000", "b:1"], { health: { slow: 3 }, hedge: 1, slowStart: 0 });
    const attempt = async ({ member, signal }: Try): Promise<string> => (member.host === "a" ? untilAborted(signal) : member.address);
    for (let n = 0; n < 3; n++) expect(await balance(cluster, attempt, { idempotent: true })).toBe("b:1");
    await vi.waitFor(() => expect(memberOf(cluster, "a:1").state).toBe("down"));
  });

  test("never asks a third", async () => {
    const cluster = makeCluster(three);
    const attempt = vi.fn(() => later("done", 20));
    await balance(cluster, attempt, { idempotent: true, hedge: 1 });
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  test("asks nobody else when the first is fast, and when a request is not idempotent", async () => {
    const cluster = makeCluster(three, { hedge: "1h" });
    const fast = vi.fn(() => later("done", 1));
    await balance(cluster, fast, { idempotent: true });
    expect(fast).toHaveBeenCalledTimes(1);
    const slow = vi.fn(() => later("done", 10));
    await balance(cluster, slow, { idempotent: false, hedge: 1 });
    expect(slow).toHaveBeenCalledTimes(1);
    await balance(makeCluster(three, { hedge: 1 }), slow, { idempotent: true, hedge: false });
    expect(slow).toHaveBeenCalledTimes(2);
  });

  test("waits for the second when the first fails meanwhile", async () => {
    const cluster = makeCluster(three);
    const attempt = async ({ number }: Try): Promise<number> => {
      if (number > 0) return later(number, 20);
      await later(0, 10);
      throw refused();
    };
    expect(await balance(cluster, attempt, { idempotent: true, hedge: 1 })).toBe(1);
  });

  test("goes on at a third when both have failed", async () => {
    const cluster = makeCluster(three);
    const attempt = async ({ number }: Try): Promise<number> => {
      await later(0, 5);
      if (number < 2) throw refused();
      return number;
    };
    expect(await balance(cluster, attempt, { idempotent: true, hedge: 1 })).toBe(2);
  });

  test("ends with the last error when all have failed", async () => {
    const cluster = makeCluster(three);
    const attempt = async ({ number }: Try): Promise<never> => {
      throw Object.assign(new Error(`failure ${number}`), { code: "EPIPE" });
    };
    await expect(balance(cluster, attempt, { idempotent: true, hedge: "1h" })).rejects.toThrow("failure 2");
  });

  test("leaves the one that was asked alone when no other has room", async () => {
    const cluster = makeCluster(["a:1", "b:1"], { maxInFlight: 1 });
    const held = cluster.lease(memberOf(cluster, "b:1")) as Lease;
    const attempt = vi.fn(() => later("done", 10));
    expect(await balance(cluster, attempt, { idempotent: true, hedge: 1 })).toBe("done");
    expect(attempt).toHaveBeenCalledTimes(1);
    held.release("ok");
  });

  test("ends when the caller turns away", async () => {
    const cluster = makeCluster(three);
    const controller = new AbortController();
    const request = balance(cluster, ({ signal }) => untilAborted(signal), { idempotent: true, hedge: 1, signal: controller.signal });
    await vi.waitFor(() => expect(cluster.members.filter(({ inFlight }) => inFlight > 0)).toHaveLength(2));
    controller.abort(new Error("gone"));
    await expect(request).rejects.toThrow("gone");
    await vi.waitFor(() => expect(cluster.members.map(({ inFlight, state }) => [inFlight, state])).toEqual(three.map(() => [0, "up"])));
  });

  test("is refused for a delay that is none", async () => {
    await expect(balance(makeCluster("a:1"), () => 1, { idempotent: true, hedge: -1 })).rejects.toMatchObject({
      code: "SKITAI_REACTOR_BAD_DURATION",
    });
  });
});

describe("a full cluster", () => {
  test("ends a failed request with the failure when no other member gets room", async () => {
    const cluster = makeCluster(["a:1", "b:1"], { maxInFlight: 1, maxQueue: 0 });
    const held = cluster.lease(memberOf(cluster, "b:1")) as Lease;
    await expect(balance(cluster, answering(["a:1"]), { idempotent: true })).rejects.toThrow("ECONNREFUSED");
    held.release("ok");
  });

  test("refuses a request that finds no room at all", async () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1, maxQueue: 0 });
    take(cluster);
    await expect(balance(cluster, answering([]), { idempotent: true })).rejects.toMatchObject(busy);
  });
});

describe("transport failures", () => {
  test.each([
    [Object.assign(new Error(), { code: "ECONNREFUSED" }), true],
    [new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "UND_ERR_SOCKET" }) }), true],
    [new DOMException("late", "TimeoutError"), true],
    [Object.assign(new Error(), { code: "HPE_INVALID_CONSTANT" }), true],
    [Object.assign(new Error(), { code: "CERT_HAS_EXPIRED" }), true],
    [Object.assign(new Error(), { code: "23505" }), false],
    [Object.assign(new Error(), { code: "ENOENT" }), false],
    [Object.assign(new TypeError(), { code: "ERR_INVALID_ARG_TYPE" }), false],
    [new DOMException("gone", "AbortError"), false],
    ["ECONNREFUSED", false],
    [undefined, false],
  ])("%o: %s", (error, expected) => {
    expect(isTransportFailure(error)).toBe(expected);
  });
});
