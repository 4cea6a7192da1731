import { reasonOf } from "@skitai/reactor";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { AquestsError } from "../errors.ts";
import type { Connector } from "./connector.ts";

export interface ConnectionsOptions {
  /** Most at once. */
  readonly connections: number;
  /** Milliseconds for which an idle one is kept. */
  readonly keepAliveTimeout: number;
  /** Whether HTTP/2 may be spoken, and whether without asking. */
  readonly allowH2: boolean;
  readonly useH2c: boolean;
}

/** A request on its way: it waits in our queue, then in undici for its connection, then it is under way. */
export interface Passenger extends Dispatcher.DispatchHandler {
  readonly options: Dispatcher.DispatchOptions;
  phase: "queued" | "waiting" | "begun" | "over";
  cancel(reason: Error): void;
}

/** Requests that one connection of HTTP/2 may carry at once, unless its server allows less. */
const mostStreams = 100;

/**
 * The connections of one kind to one server. Requests that find none free wait here and not in undici, where one that is given up would break
 * the connection that it gets.
 */
export class Connections {
  /** undici's, once that is loaded: it takes some 25 MB, which a process that calls nobody can do without. */
  #pool: Pool | undefined = undefined;
  /** Why no request is taken any more. */
  #refusal: AquestsError | undefined = undefined;
  readonly #connector: Connector;
  readonly #connections: number;
  readonly #queue: Passenger[] = [];
  /** Where the queue begins: what is before has gone. */
  #head = 0;
  /** Requests that undici has. */
  #underWay = 0;
  /** Those of them that wait for a connection to open. */
  #waiting = 0;
  #http2 = false;
  /** Connections whose answer has just ended: undici takes them again at the next turn of the event loop. */
  #settling = 0;

  constructor(url: string, connector: Connector, options: ConnectionsOptions) {
    this.#connector = connector;
    this.#connections = options.connections;
    this.#open(url, options).catch((cause: unknown) =>
      this.#refuse(new AquestsError("SKITAI_AQUESTS_DRIVER_FAILED", { name: "undici", reason: reasonOf(cause) }, { cause })),
    );
  }

  /** Whether the server speaks HTTP/2, as far as is known. */
  get http2(): boolean {
    return this.#http2;
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#underWay === 0 && this.#head === this.#queue.length;
  }

  /** Sends a request, as soon as there is room. */
  send(passenger: Passenger): void {
    if (this.#refusal) return passenger.cancel(this.#refusal);
    // Rather wait for a connection that is free in a moment than open another.
    if (this.#underWay < this.#room && this.#settling <= this.#queue.length - this.#head) this.#dispatch(passenger);
    else this.#queue.push(passenger);
  }

  /** A request has got its connection. */
  started(): void {
    this.#waiting--;
  }

  /** A request was given up before it got one: after the last of them, what is being opened is given up too. */
  givenUp(): void {
    if (--this.#waiting === 0) this.#connector.giveUp();
  }

  /** A request is over, well or not. */
  ended(): void {
    this.#underWay--;
    if (this.#http2) this.#drain();
    // After what undici does at that turn, and so asks for only later.
    else if (this.#settling++ === 0) queueMicrotask(() => setImmediate(this.#settle));
  }

  /** Closes all connections; requests that are under way or wait fail. */
  async close(): Promise<void> {
    this.#connector.giveUp();
    this.#refuse(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    await this.#pool?.destroy();
  }

  /** Ends all that wait here, or come later. */
  #refuse(reason: AquestsError): void {
    this.#refusal = reason;
    for (const passenger of this.#queue.splice(this.#head)) passenger.cancel(reason);
  }

  async #open(url: string, options: ConnectionsOptions): Promise<void> {
    const undici = await import("undici");
    if (this.#refusal) return;
    // `useH2c` is missing in the types of undici's pool, which looks at it to let one connection find the protocol out.
    const poolOptions: Pool.Options & { useH2c: boolean } = {
      ...options,
      // The core limits the time of calls.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, done) => this.#connect(done),
    };
    this.#pool = new undici.Pool(url, poolOptions);
    this.#drain();
  }

  readonly #settle = (): void => {
    this.#settling = 0;
    this.#drain();
  };

  get #room(): number {
    if (!this.#pool) return 0;
    return this.#http2 ? this.#connections * mostStreams : this.#connections;
  }

  /** Sends what waits, as far as there is room. */
  #drain(): void {
    while (this.#head < this.#queue.length && this.#underWay < this.#room) {
      const next = this.#queue[this.#head++]!;
      if (next.phase === "queued") this.#dispatch(next);
    }
    if (this.#head < this.#queue.length && this.#head < 1_000) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }

  #dispatch(passenger: Passenger): void {
    this.#underWay++;
    this.#waiting++;
    passenger.phase = "waiting";
    this.#pool!.dispatch(passenger.options, passenger);
  }

  #connect(done: buildConnector.Callback): void {
    // Undici may still have requests that were given up.
    if (this.#waiting === 0)
      return queueMicrotask(() => done(new AquestsError("SKITAI_AQUESTS_ABORTED", { reason: "nobody waits" }), null));
    this.#connector.connect((error, socket) => {
      if (!socket) return done(error ?? new Error("there is no connection"), null);
      this.#http2 = Reflect.get(socket, "alpnProtocol") === "h2";
      done(null, socket);
      // One of HTTP/2 carries more than undici was given.
      if (this.#http2) this.#drain();
    });
  }
}
