/** What a thread runs: it loads modules and calls their functions, as it is told. */
import { parentPort } from "node:worker_threads";
import type { Order, Outcome } from "./messages.ts";
import { toWire } from "./wire-error.ts";

const load = async (module: string): Promise<Record<string, unknown> | Outcome> => {
  try {
    return (await import(module)) as Record<string, unknown>;
  } catch (error) {
    return { unloaded: toWire(error), reason: error instanceof Error ? error.message : String(error) } satisfies Outcome;
  }
};

const carryOut = async ({ module, name, args }: Order): Promise<Outcome> => {
  const loaded = await load(module);
  if ("unloaded" in loaded && "reason" in loaded) return loaded as Outcome;
  const called = (loaded as Record<string, unknown>)[name];
  if (typeof called !== "function") return { exports: Object.keys(loaded) };
  try {
    return { result: await (called as (...args: readonly unknown[]) => unknown)(...args) };
  } catch (error) {
    return { error: toWire(error) };
  }
};

const port = parentPort!;
port.on("message", (order: Order) => {
  void carryOut(order).then((outcome) => {
    try {
      port.postMessage(outcome);
    } catch (error) {
      // The result cannot be copied.
      port.postMessage({ error: toWire(error) } satisfies Outcome);
    }
  });
});
