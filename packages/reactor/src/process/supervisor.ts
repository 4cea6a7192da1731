import { waitingTime, type Duration } from "../units.ts";
import { settlesWithin } from "../internal/waiting.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { Helper } from "./helpers.ts";
import type { Host } from "./host.ts";
import type { FromService } from "./messages.ts";
import { PidFile } from "./pid-file.ts";
import { isAwaited } from "./role.ts";
import type { ResolvedRunOptions } from "./run-options.ts";
import type { BoundAddress, ServedEngine, ServerLog } from "./served-engine.ts";
import type { ServiceBody } from "./service-body.ts";
import type { Service } from "./service.ts";
import { handleSignals, surviveOutputErrors, terminalWatch } from "./signals.ts";
import { explain } from "./start-failure.ts";
import { processTitle } from "./title.ts";

/** INT that comes again within so many milliseconds is the same key press: what stands between a terminal and this process passes it on too. */
const samePress = 300;

/** The least that helpers get for their end, in milliseconds. */
const helperTime = 100;

/** How long the engine may write out its logs when everything else has ended, in milliseconds. */
const closingTime = 500;

export interface SupervisorParts {
  readonly engine: ServedEngine;
  readonly options: ResolvedRunOptions;
  readonly body: ServiceBody;
  readonly log: ServerLog;
  /** @default process */
  readonly host?: Host;
}

/** A service from its start to its exit code: pid file, helpers, signals, and the body that serves. */
export class Supervisor implements Service {
  readonly role: "master" | "single";
  readonly #parts: SupervisorParts;
  readonly #host: Host;
  readonly #owned: Disposable[] = [];
  #helpers: readonly Helper[] = [];
  #pidFile: PidFile | undefined;
  #addresses: readonly BoundAddress[] = [];
  readonly #bodyEnded: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #ending: Promise<void> | undefined;

  constructor(parts: SupervisorParts) {
    this.role = parts.body.role;
    this.#parts = parts;
    this.#host = parts.host ?? process;
  }

  get addresses(): readonly BoundAddress[] {
    return this.#addresses;
  }

  /** Starts everything, or leaves nothing behind. Stays pending when a signal ends the service meanwhile, and with it the process. */
  async start(): Promise<void> {
    process.title = processTitle(process.argv[1], this.role === "master" ? "master" : undefined);
    try {
      await this.#open();
    } catch (error) {
      if (this.#ending) return new Promise(() => {});
      this.#announce({ skitai: "not serving", message: explain(error) });
      await this.close({ timeout: 0 });
      throw error;
    }
    this.#announce({ skitai: "serving", pid: process.pid, addresses: this.#addresses });
  }

  async restart(): Promise<void> {
    const { body, options, log } = this.#parts;
    if (!body.restart) return this.exit(exitCodes.restart, options.gracefulTimeout);
    log("restarting");
    try {
      await body.restart();
    } catch (error) {
      log(`not restarted, the workers before keep serving: ${explain(error)}`, "error");
      throw error;
    }
    log("restarted");
  }

  close(options: { timeout?: Duration } = {}): Promise<void> {
    return this.#end(waitingTime(options.timeout ?? this.#parts.options.gracefulTimeout, "timeout"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the service within so many milliseconds, and the process with it. */
  async exit(code: ExitCode, timeout: number): Promise<void> {
    await this.#end(timeout);
    this.#host.exit(code);
  }

  async #open(): Promise<void> {
    const { engine, options, body, log } = this.#parts;
    engine.on("rotated", () => body.logsRotated?.());
    await engine.prepare();
    for (const listen of options.listen) engine.check(listen);
    if (options.pidFile !== undefined) this.#owned.push((this.#pidFile = PidFile.claim(options.pidFile)));
    this.#owned.push(this.#handleSignals(), surviveOutputErrors());
    this.#helpers = engine.helpers.map((helper) => new Helper(helper, options.respawn, log));
    for (const helper of this.#helpers) helper.start();
    this.#addresses = await body.open();
  }

  /** A later call can shorten the time of the first. */
  #end(timeout: number): Promise<void> {
    this.#endBody(timeout).then(this.#bodyEnded.resolve, this.#bodyEnded.reject);
    return (this.#ending ??= this.#endRest());
  }

  async #endRest(): Promise<void> {
    await this.#bodyEnded.promise;
    await settlesWithin(this.#parts.engine.close({ timeout: 0 }), closingTime);
    for (const owned of this.#owned.splice(0).toReversed()) owned[Symbol.dispose]();
  }

  async #endBody(timeout: number): Promise<void> {
    const deadline = performance.now() + timeout;
    await this.#parts.body.close(timeout);
    const left = Math.max(helperTime, deadline - performance.now());
    await Promise.all(this.#helpers.map((helper) => helper.stop(left)));
  }

  #handleSignals(): Disposable {
    const { options, engine, log } = this.#parts;
    const terminalGone = terminalWatch();
    let interruptedAt: number | undefined;
    const stop = (name: string, timeout: number): void => {
      log(`${name}: stopping`);
      void this.exit(exitCodes.stopped, timeout);
    };
    return handleSignals(this.#host, {
      SIGTERM: () => stop("TERM", options.stopTimeout),
      SIGQUIT: () => stop("QUIT", options.gracefulTimeout),
      SIGINT: () => {
        const now = performance.now();
        if (interruptedAt !== undefined && now - interruptedAt > samePress) return this.#kill();
        if (interruptedAt !== undefined) return;
        interruptedAt = now;
        stop("INT", options.stopTimeout);
      },
      SIGHUP: () => {
        if (terminalGone()) return stop("The terminal is closed", options.stopTimeout);
        this.restart().then(
          () => this.#pidFile?.restarted(),
          (error: unknown) => this.#pidFile?.restarted(explain(error)),
        );
      },
      SIGUSR1: () => {
        engine.logs.rotate().catch((error: unknown) => log(`logs not rotated: ${explain(error)}`, "error"));
      },
    });
  }

  /** Ends everything at once. */
  #kill(): void {
    this.#parts.body.kill?.();
    for (const helper of this.#helpers) helper.kill();
    for (const owned of this.#owned) owned[Symbol.dispose]();
    this.#host.exit(exitCodes.stopped);
  }

  /** Tells the process that started this one, if it waits for that. */
  #announce(news: FromService): void {
    if (isAwaited()) this.#host.send!(news, undefined, undefined, () => {});
  }
}
