import { HubClient } from "./client.ts";
import { Confirmations } from "./confirmations.ts";
import { CounterTable } from "./counter-table.ts";
import { LeaseTable } from "./lease-table.ts";
import type { Answers, FromHub, ToHub } from "./protocol.ts";
import type { Coordinator } from "./types.ts";

export interface HubOptions {
  /** How long an update waits for clients to confirm it, in milliseconds. @default 1000 */
  patience?: number;
  /** Told when a client has not confirmed an update by then. @default nobody */
  late?: () => void;
  /** Gets what listeners of clients in this process throw. @default it becomes an uncaught exception */
  failed?: (error: unknown) => void;
}

/** The hub's end of the way to a client. */
export interface HubConnection {
  receive(message: ToHub): void;
  /** The client is gone. Idempotent. */
  end(): void;
}

interface Member {
  readonly send: (message: FromHub) => void;
  readonly channels: Set<string>;
}

/**
 * Coordinates clients from one process: its own, and others that send it messages. It keeps what survives a client: the times of updates,
 * leases and counters.
 *
 * @example
 * const hub = new Hub();
 * const [one, other] = [hub.connect(), hub.connect()];
 */
export class Hub {
  readonly #since = Date.now();
  readonly #updates = new Map<string, number>();
  /** Those that have a copy of the table. */
  readonly #copies = new Set<Member>();
  readonly #channels = new Map<string, Set<Member>>();
  readonly #leases = new LeaseTable<Member>();
  readonly #counters = new CounterTable();
  readonly #confirmations: Confirmations<Member>;
  readonly #failed: (error: unknown) => void;

  constructor({ patience = 1_000, late = () => {}, failed = becomeUncaught }: HubOptions = {}) {
    this.#confirmations = new Confirmations(patience, late);
    this.#failed = failed;
  }

  /** A client in this process. */
  connect(): Coordinator {
    // Never within a call of the other side, so that all see the same order.
    const connection = this.attach((message) => queueMicrotask(() => client.receive(message)));
    const client = new HubClient((message) => queueMicrotask(() => connection.receive(message)), this.#failed);
    return client;
  }

  /** A client somewhere else. Messages have to keep their order on the way. */
  attach(send: (message: FromHub) => void): HubConnection {
    const member: Member = { send, channels: new Set() };
    return { receive: (message) => this.#receive(member, message), end: () => this.#end(member) };
  }

  #receive(member: Member, message: ToHub): void {
    if ("seen" in message) return this.#confirmations.confirm(member, message.seen);
    const { id } = message;
    const tell = (told: Answers[keyof Answers]): void => member.send({ id, told });
    switch (message.ask) {
      case "load":
        this.#copies.add(member);
        return tell({ since: this.#since, updates: [...this.#updates] });
      case "update":
        return this.#update(member, message.key, message.time, tell);
      case "publish":
        this.#publish(message.channel, message.text);
        return tell(null);
      case "subscribe":
        this.#subscribe(member, message.channel);
        return tell(null);
      case "unsubscribe":
        this.#unsubscribe(member, message.channel);
        return tell(null);
      case "lease":
        return tell(this.#leases.take(member, message.name, message.ttl));
      case "renew":
        return tell(this.#leases.renew(message.name, message.token, message.ttl));
      case "release":
        this.#leases.release(message.name, message.token);
        return tell(null);
      case "count":
        return tell(this.#counters.add(message.name, message.n, message.window));
      case "reset":
        this.#counters.reset(message.name);
        return tell(null);
      default:
        this.#end(member);
        return tell(null);
    }
  }

  #update(member: Member, key: string, wanted: number, tell: (time: number) => void): void {
    const time = Math.max(wanted, this.#updates.get(key) ?? wanted);
    this.#updates.set(key, time);
    const others = new Set(this.#copies);
    others.delete(member);
    this.#confirmations.all(
      others,
      (other, update) => other.send({ update, key, time }),
      () => tell(time),
    );
  }

  #publish(channel: string, text: string | undefined): void {
    const message = text === undefined ? { channel } : { channel, text };
    for (const member of this.#channels.get(channel) ?? []) member.send(message);
  }

  #subscribe(member: Member, channel: string): void {
    const members = this.#channels.get(channel);
    if (members) members.add(member);
    else this.#channels.set(channel, new Set([member]));
    member.channels.add(channel);
  }

  #unsubscribe(member: Member, channel: string): void {
    const members = this.#channels.get(channel);
    member.channels.delete(channel);
    if (members?.delete(member) === true && members.size === 0) this.#channels.delete(channel);
  }

  #end(member: Member): void {
    this.#copies.delete(member);
    for (const channel of member.channels) this.#unsubscribe(member, channel);
    this.#leases.releaseAll(member);
    this.#confirmations.excuse(member);
  }
}

const becomeUncaught = (error: unknown): void =>
  queueMicrotask(() => {
    throw error;
  });
