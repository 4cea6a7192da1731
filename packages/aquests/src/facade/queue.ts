import type { ClusterMember } from "@skitai/reactor/upstream";
import type { Call } from "../core/call.ts";
import { Dispatch } from "../core/dispatch.ts";
import type { Result } from "../core/result.ts";
import type { Runtime } from "../core/runtime.ts";

/** What a queue does with results. */
export interface QueueOptions {
  /** How many requests are under way at once. */
  readonly workers: number;
  /** Gets each result whose call names no callback of its own. */
  readonly callback: (result: Result<unknown>) => unknown;
}

/** What a queue has done, from the start of a run to its end. */
export interface Summary {
  /** Requests that have ended. */
  readonly tasks: number;
  /** Milliseconds. */
  readonly elapsed: number;
  /** Bytes of the bodies received. */
  readonly bytes: number;
  /** Most requests that were under way at once. */
  readonly concurrent: number;
}

/**
 * Requests that wait for their turn. Some are under way at once; whenever one has ended and its callback has been heard, the next one starts.
 * Callbacks may add more. Nothing is kept of a request that has ended.
 */
export class Queue {
  readonly #options: QueueOptions;
  readonly #runtime: Runtime;
  readonly #waiting = new Set<Queued<unknown>>();
  #added = 0;
  #finished = 0;
  #running = 0;
  #concurrent = 0;
  #bytes = 0;
  /** Settles when nothing waits or is under way any more; who calls {@link run} meanwhile waits for the same end. */
  #run: PromiseWithResolvers<void> | undefined;

  constructor(runtime: Runtime, options: QueueOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  /** Requests that wait, and those that are under way. */
  get size(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#waiting.size, running: this.#running };
  }

  /** Adds a request. It starts when it is its turn in {@link run}, or when somebody awaits it. Its `meta` gets `reqId` and `reqMethod`. */
  add<Data>(call: Call<Data>, member?: ClusterMember): Dispatch<Data> {
    const { callback = this.#options.callback, ...options } = call.options;
    const meta = { ...options.meta, reqId: this.#added++, reqMethod: call.operation.method };
    const tell = (started: Queued<Data>): void => this.#started(started, callback);
    const queued = new Queued<Data>(this.#runtime, { ...call, options: { ...options, meta } }, member, tell);
    this.#waiting.add(queued as Queued<unknown>);
    this.#fill();
    return queued;
  }

  /** Sends everything that waits, and what is added meanwhile. */
  async run(): Promise<Summary> {
    const begun = performance.now();
    const before = { finished: this.#finished, bytes: this.#bytes };
    if (!this.#run) this.#concurrent = 0;
    if (this.#waiting.size + this.#running > 0) {
      const { promise } = (this.#run ??= Promise.withResolvers());
      this.#fill();
      await promise;
    }
    return {
      tasks: this.#finished - before.finished,
      elapsed: performance.now() - begun,
      bytes: this.#bytes - before.bytes,
      concurrent: this.#concurrent,
    };
  }

  #fill(): void {
    if (!this.#run) return;
    for (const queued of this.#waiting) {
      if (this.#running >= this.#options.workers) return;
      queued.start();
    }
  }

  #started<Data>(queued: Queued<Data>, callback: (result: Result<Data>) => unknown): void {
    this.#waiting.delete(queued as Queued<unknown>);
    this.#running++;
    this.#concurrent = Math.max(this.#concurrent, this.#running);
    void this.#attend(queued, callback);
  }

  async #attend<Data>(queued: Queued<Data>, callback: (result: Result<Data>) => unknown): Promise<void> {
    const result = await queued;
    this.#bytes += result.content.length;
    try {
      await callback(result);
    } catch (error) {
      this.#runtime.report("A callback failed", error);
    }
    this.#running--;
    this.#finished++;
    this.#fill();
    if (this.#running > 0 || this.#waiting.size > 0) return;
    this.#run?.resolve();
    this.#run = undefined;
  }
}

/** A request that tells its queue when it starts. */
class Queued<Data> extends Dispatch<Data> {
  #tell: ((started: Queued<Data>) => void) | undefined;

  constructor(runtime: Runtime, call: Call<Data>, member: ClusterMember | undefined, tell: (started: Queued<Data>) => void) {
    super(runtime, call, member);
    this.#tell = tell;
  }

  override start(): this {
    const tell = this.#tell;
    this.#tell = undefined;
    super.start();
    tell?.(this);
    return this;
  }
}
