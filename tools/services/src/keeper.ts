import type { AcquireOptions, RunningService, ServiceKind, Share } from "./contract.ts";

/** A share that is held, and how its server is reached. */
interface Held {
  readonly server: RunningService<unknown>;
  readonly share: Share<unknown>;
  readonly own: boolean;
}

/** Starts each service when it is first asked for, gives out shares, and stops all servers at the end. */
export class Keeper {
  readonly #kinds: Readonly<Record<string, ServiceKind<unknown>>>;
  /** Servers by service name; shared ones start once. */
  readonly #shared = new Map<string, Promise<RunningService<unknown>>>();
  readonly #starting = new Set<Promise<unknown>>();
  readonly #servers = new Set<RunningService<unknown>>();
  readonly #held = new Map<string, Held>();
  #count = 0;
  #closed = false;

  constructor(kinds: Readonly<Record<string, ServiceKind<unknown>>>) {
    this.#kinds = kinds;
  }

  /** A share of a server that runs, or of one that starts now. @throws Error when the service is missing or does not start */
  async acquire(name: string, options: AcquireOptions): Promise<{ id: string; address: unknown }> {
    const own = options.own ?? false;
    const server = await (own ? this.#start(name, options) : this.#sharedServer(name));
    const share = await server.share();
    const id = String(++this.#count);
    this.#held.set(id, { server, share, own });
    return { id, address: share.address };
  }

  /** Gives a share back; an own server stops. */
  async release(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    if (!held.own) return await held.share.release();
    this.#servers.delete(held.server);
    await held.server.process?.stop();
  }

  /** Pauses an own server, or lets it go on. @throws Error for a server that others use */
  signal(id: string, signal: "SIGSTOP" | "SIGCONT"): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    if (!held.own) throw new Error("Others use this server. Ask for one with { own: true } to pause it.");
    held.server.process?.signal(signal);
  }

  /** Stops every server, also those that are just starting. */
  async close(): Promise<void> {
    this.#closed = true;
    // What was made on a server of our own goes with it.
    const lasting = [...this.#held.values()].filter(({ server }) => server.process === undefined);
    await Promise.allSettled(lasting.map(({ share }) => share.release()));
    await Promise.allSettled(this.#starting);
    await Promise.allSettled([...this.#servers].map(async (server) => await server.process?.stop()));
  }

  #sharedServer(name: string): Promise<RunningService<unknown>> {
    const known = this.#shared.get(name) ?? this.#start(name, {});
    this.#shared.set(name, known);
    return known;
  }

  async #start(name: string, { port }: AcquireOptions): Promise<RunningService<unknown>> {
    const kind = this.#kinds[name];
    if (this.#closed) throw new Error("The services have ended.");
    if (kind === undefined) throw new Error(`There is no service ${name}. There are ${Object.keys(this.#kinds).join(", ")}.`);
    const source = kind.find();
    if (source === undefined) throw new Error(`${name} is not on this machine: ${kind.remedy}.`);
    const started = kind.start(source, port === undefined ? {} : { port });
    const noted = started.then((server) => this.#servers.add(server));
    this.#starting.add(noted);
    try {
      await noted;
      return await started;
    } finally {
      this.#starting.delete(noted);
    }
  }
}
