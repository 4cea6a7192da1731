import type { CoordinatorListener, Unsubscribe } from "./types.ts";

interface Channel {
  /** An object for each subscription, since a listener may have several. */
  readonly entries: Set<{ readonly listener: CoordinatorListener }>;
  /** The channel was asked for. */
  readonly asked: Promise<unknown>;
}

export interface SubscriptionParts {
  /** Asks for a channel's messages. Resolves when they come. */
  begin(channel: string): Promise<unknown>;
  /** Its messages are not wanted any more. */
  end(channel: string): void;
  /** Gets what listeners throw. */
  failed(error: unknown): void;
}

/** The listeners of one client, by channel. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #channels = new Map<string, Channel>();

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  async add(name: string, listener: CoordinatorListener): Promise<Unsubscribe> {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = { entries: new Set(), asked: this.#parts.begin(name) };
      this.#channels.set(name, channel);
    }
    const entry = { listener };
    channel.entries.add(entry);
    await channel.asked;
    return () => this.#remove(name, channel, entry);
  }

  /** Hands a message to the listeners of a channel. */
  deliver(name: string, message: unknown): void {
    const channel = this.#channels.get(name);
    if (!channel) return;
    for (const entry of Array.from(channel.entries)) {
      // One before may have ended it.
      if (channel.entries.has(entry)) this.#call(entry.listener, message);
    }
  }

  /** Whether anybody listens. */
  has(name: string): boolean {
    return this.#channels.has(name);
  }

  clear(): void {
    for (const { entries } of this.#channels.values()) entries.clear();
    this.#channels.clear();
  }

  #remove(name: string, channel: Channel, entry: { readonly listener: CoordinatorListener }): void {
    if (!channel.entries.delete(entry) || channel.entries.size > 0) return;
    this.#channels.delete(name);
    this.#parts.end(name);
  }

  #call(listener: CoordinatorListener, message: unknown): void {
    try {
      const result = listener(message);
      if (result instanceof Promise) result.catch((error: unknown) => this.#parts.failed(error));
    } catch (error) {
      this.#parts.failed(error);
    }
  }
}
