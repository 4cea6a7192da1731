import type { Worker } from "node:cluster";
import type { Socket } from "node:net";
import type { HubConnection } from "../coordination/hub.ts";
import type { FromHub } from "../coordination/protocol.ts";
import { reasonOf } from "../errors.ts";
import { settlesWithin } from "../internal/waiting.ts";
import { drainTime } from "./deadline.ts";
import { ErrorOutput } from "./error-output.ts";
import { StartFailure } from "./start-failure.ts";
import { forkWorker } from "./fork-worker.ts";
import { isOurs, type FromMaster, type FromWorker, type Usage } from "./messages.ts";
import type { WorkerRole } from "./role.ts";

/** A connection that the master has accepted and no worker has taken yet. */
export interface PendingConnection {
  /** Which of the service's listeners it came to. */
  readonly listener: number;
  readonly socket: Socket;
}

/** What a worker brings about in its master. */
export interface WorkerObserver {
  /** It can be given a connection. */
  free(): void;
  /** It has ended, or refused, without taking this connection. */
  returned(connection: PendingConnection): void;
  /** An app in it asked for something, or a signal told it to end. */
  asked(what: "restart" | "shutdown" | "leaving"): void;
  /** Connects it with the hub, which answers by this function. */
  attach(send: (message: FromHub) => void): HubConnection;
}

/** How long standard error may still bring the reason of a process's end, in milliseconds. */
const lastWords = 100;

/** One worker as its master sees it: it starts, is ready, leaves, and is gone. */
export class WorkerProcess {
  readonly number: number;
  /** Resolves with the paths to watch, or rejects with SKITAI_REACTOR_START_FAILED. */
  readonly ready: Promise<readonly string[]>;
  readonly gone: Promise<void>;
  /** What it reported last about itself, and when (`performance.now()`). */
  usage: (Usage & { readonly at: number }) | undefined;
  /** How it ended, for the log; empty when it was told to. */
  outcome = "";
  readonly #worker: Worker;
  readonly #observer: WorkerObserver;
  readonly #coordination: HubConnection;
  readonly #errors: ErrorOutput;
  readonly #ready: PromiseWithResolvers<readonly string[]> = Promise.withResolvers<readonly string[]>();
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #readyTimer: NodeJS.Timeout;
  #state: "starting" | "ready" | "leaving" | "gone" = "starting";
  #readyAt = 0;
  #open = 0;
  #inHand: PendingConnection | undefined;
  #givenAt = 0;
  #killTimer: NodeJS.Timeout | undefined;
  #killAt = Number.POSITIVE_INFINITY;

  /** @param readyTimeout milliseconds after which a worker that is not ready is killed. */
  constructor(role: WorkerRole, readyTimeout: number, observer: WorkerObserver) {
    this.number = role.number;
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    // Who waits for it also sees it fail; nobody else is to be bothered.
    this.ready.catch(() => {});
    this.#observer = observer;
    this.#coordination = observer.attach((message) => this.#send({ skitai: "coordination", message }));
    this.#readyTimer = setTimeout(() => this.#fail(`worker #${this.number} was not ready after ${readyTimeout / 1_000} s`), readyTimeout);
    const worker = forkWorker(role);
    this.#worker = worker;
    this.#errors = new ErrorOutput(worker.process.stderr!, process.stderr);
    worker.on("message", (message: unknown) => {
      if (isOurs<FromWorker>(message)) this.#receive(message);
    });
    worker.on(
      "exit",
      (code: number | null, signal: NodeJS.Signals | null) => void this.#ended(signal ? `by ${signal}` : `with code ${code}`),
    );
    worker.on("error", (error: unknown) => {
      if (worker.process.pid === undefined) void this.#ended(`at once: ${reasonOf(error)}`);
    });
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  get isStarting(): boolean {
    return this.#state === "starting";
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** How many connections it holds, the one that it is being given included. */
  get load(): number {
    return this.#inHand ? this.#open + 1 : this.#open;
  }

  /** For how long it has been being given a connection, in milliseconds; undefined when it can be given the next. */
  get givenFor(): number | undefined {
    return this.#inHand && performance.now() - this.#givenAt;
  }

  /** Milliseconds since it became ready; 0 before. */
  get age(): number {
    return this.#readyAt === 0 ? 0 : performance.now() - this.#readyAt;
  }

  /** Hands a connection over. The master's copy stays open until the worker has its own, so that a dying worker loses none. */
  give(connection: PendingConnection): void {
    this.#inHand = connection;
    this.#givenAt = performance.now();
    this.#send({ skitai: "connection", listener: connection.listener }, connection.socket);
  }

  reopenLogs(): void {
    this.#send({ skitai: "reopen logs" });
  }

  /** Lets it finish what is under way, and kills it after so many milliseconds. A later call can shorten the time. */
  leave(timeout: number): Promise<void> {
    const killAt = performance.now() + timeout;
    if (this.#state === "starting") this.kill();
    if (this.#state === "gone" || killAt >= this.#killAt) return this.gone;
    this.#state = "leaving";
    this.#killAt = killAt;
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.kill(), timeout);
    this.#send({ skitai: "leave", timeout: drainTime(timeout) });
    return this.gone;
  }

  kill(): void {
    this.#worker.process.kill("SIGKILL");
  }

  /** A worker that has just died gets no message, and needs none. */
  #send(message: FromMaster, socket?: Socket): void {
    if (!this.#worker.isConnected()) return;
    this.#worker.send(message, socket, { keepOpen: true }, () => {});
  }

  #receive(message: FromWorker): void {
    switch (message.skitai) {
      case "ready":
        return this.#becomeReady(message.watch);
      case "failed":
        return this.#fail(message.message, message.details);
      case "taken":
        this.#open = message.open;
        return this.#letGo();
      case "refused": {
        const connection = this.#inHand;
        this.#inHand = undefined;
        if (connection) this.#observer.returned(connection);
        return;
      }
      case "open":
        this.#open = message.open;
        return;
      case "usage":
        this.usage = { ...message, at: performance.now() };
        return;
      case "coordination":
        return this.#coordination.receive(message.message);
      case "leaving":
        if (this.#state === "ready") this.#state = "leaving";
        return this.#observer.asked("leaving");
      default:
        return this.#observer.asked(message.skitai);
    }
  }

  #becomeReady(watch: readonly string[]): void {
    if (this.#state !== "starting") return;
    clearTimeout(this.#readyTimer);
    this.#state = "ready";
    this.#readyAt = performance.now();
    this.#ready.resolve(watch);
    this.#observer.free();
  }

  #letGo(): void {
    const connection = this.#inHand;
    this.#inHand = undefined;
    connection?.socket.destroy();
    if (this.#state === "ready") this.#observer.free();
  }

  #fail(reason: string, details?: string): void {
    if (this.#state !== "starting") return;
    this.#ready.reject(new StartFailure(reason, details));
    this.kill();
  }

  async #ended(outcome: string): Promise<void> {
    if (this.#state === "gone") return;
    const asked = this.#state === "leaving";
    this.#state = "gone";
    clearTimeout(this.#readyTimer);
    clearTimeout(this.#killTimer);
    this.#coordination.end();
    const connection = this.#inHand;
    this.#inHand = undefined;
    if (connection) this.#observer.returned(connection);
    if (!asked) {
      // The process may be gone before its last words have arrived, and a child of it may hold the pipe for ever.
      const { stderr } = this.#worker.process;
      if (stderr && !stderr.readableEnded) await settlesWithin(new Promise((resolve) => stderr.once("end", resolve)), lastWords);
      const words = this.#errors.line;
      this.outcome = words === "" ? outcome : `${outcome}: ${words}`;
    }
    this.#ready.reject(new StartFailure(`worker #${this.number} ended ${this.outcome || outcome}`));
    this.#gone.resolve();
  }
}
