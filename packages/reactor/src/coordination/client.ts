import { ReactorError, reasonOf } from "../errors.ts";
import { duration, type Duration } from "../units.ts";
import { HeldLease } from "./held-lease.ts";
import type { Answers, FromHub, Questions, ToHub } from "./protocol.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { Coordinator, CoordinatorListener, Count, Counter, Lease, Unsubscribe } from "./types.ts";
import { UpdateCopy } from "./update-copy.ts";

interface Pending {
  readonly told: (answer: Answers[keyof Answers]) => void;
  readonly failed: (error: ReactorError) => void;
}

/** A coordinator whose hub is reached by messages, in this process or another. */
export class HubClient implements Coordinator {
  readonly updates: UpdateCopy;
  readonly #send: (message: ToHub) => void;
  readonly #subscriptions: Subscriptions;
  readonly #leases = new Set<HeldLease>();
  readonly #pending = new Map<number, Pending>();
  #questions = 0;
  #closed: Promise<void> | undefined;

  /** @param failed gets what listeners throw. */
  constructor(send: (message: ToHub) => void, failed: (error: unknown) => void) {
    this.#send = send;
    this.updates = new UpdateCopy({
      load: () => this.#ask("load", {}),
      tell: (key, time) => this.#ask("update", { key, time }),
    });
    this.#subscriptions = new Subscriptions({
      begin: (channel) => this.#ask("subscribe", { channel }),
      end: (channel) => void this.#ask("unsubscribe", { channel }).catch(() => {}),
      failed,
    });
  }

  async publish(channel: string, message: unknown): Promise<void> {
    const text = message === undefined ? undefined : encode(message);
    await this.#ask("publish", text === undefined ? { channel } : { channel, text });
  }

  subscribe(channel: string, listener: CoordinatorListener): Promise<Unsubscribe> {
    return this.#subscriptions.add(channel, listener);
  }

  async lease(name: string, ttl: Duration): Promise<Lease | undefined> {
    const milliseconds = duration(ttl, "ttl");
    const askedAt = performance.now();
    const token = await this.#ask("lease", { name, ttl: milliseconds });
    if (token === null) return undefined;
    const lease = new HeldLease(name, {
      ttl: milliseconds,
      askedAt,
      renew: (time) => this.#ask("renew", { name, token, ttl: time }),
      release: () => this.#ask("release", { name, token }),
      ended: (ended) => void this.#leases.delete(ended),
    });
    if (!lease.signal.aborted) this.#leases.add(lease);
    return lease;
  }

  counter(name: string): Counter {
    return {
      add: async (n = 1, window) => {
        if (!Number.isFinite(n)) {
          throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "What a counter adds", value: n, hint: "Use a number." });
        }
        const milliseconds = window === undefined ? null : duration(window, "window");
        const { value, left } = await this.#ask("count", { name, n, window: milliseconds });
        return { value, left: left ?? Number.POSITIVE_INFINITY } satisfies Count;
      },
      reset: async () => void (await this.#ask("reset", { name })),
    };
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#leave());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes a message of the hub. */
  receive(message: FromHub): void {
    if ("id" in message) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      pending?.told(message.told);
    } else if ("update" in message) {
      this.updates.take(message.key, message.time);
      this.#send({ seen: message.update });
    } else if (this.#subscriptions.has(message.channel)) {
      this.#subscriptions.deliver(message.channel, message.text === undefined ? undefined : JSON.parse(message.text));
    }
  }

  async #leave(): Promise<void> {
    const open = [...this.#pending];
    const left = this.#ask("leave", {});
    this.#subscriptions.clear();
    for (const lease of this.#leases) lease.end();
    for (const [id, { failed }] of open) {
      this.#pending.delete(id);
      failed(new ReactorError("SKITAI_REACTOR_COORDINATOR_CLOSED"));
    }
    await left;
  }

  #ask<Name extends keyof Questions>(ask: Name, question: Questions[Name]): Promise<Answers[Name]> {
    const { promise, resolve, reject } = Promise.withResolvers<Answers[Name]>();
    if (this.#closed) reject(new ReactorError("SKITAI_REACTOR_COORDINATOR_CLOSED"));
    else {
      const id = ++this.#questions;
      this.#pending.set(id, { told: (answer) => resolve(answer as Answers[Name]), failed: reject });
      this.#send({ id, ask, ...question } as ToHub);
    }
    return promise;
  }
}

/** @throws SKITAI_REACTOR_BAD_MESSAGE */
const encode = (message: unknown): string => {
  let reason = `${typeof message} is no JSON`;
  try {
    const text: unknown = JSON.stringify(message);
    if (typeof text === "string") return text;
  } catch (error) {
    reason = reasonOf(error);
  }
  throw new ReactorError("SKITAI_REACTOR_BAD_MESSAGE", { reason });
};
