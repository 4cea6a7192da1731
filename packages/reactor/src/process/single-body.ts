import { settlesWithin } from "../internal/waiting.ts";
import { drainTime } from "./deadline.ts";
import type { ResolvedRunOptions } from "./run-options.ts";
import type { BoundAddress, ServedEngine, ServerLog } from "./served-engine.ts";
import type { ServiceBody } from "./service-body.ts";

/** A service that is all in one process. */
export class SingleBody implements ServiceBody {
  readonly role = "single";
  readonly #engine: ServedEngine;
  readonly #options: ResolvedRunOptions;
  readonly #log: ServerLog;

  constructor(engine: ServedEngine, options: ResolvedRunOptions, log: ServerLog) {
    this.#engine = engine;
    this.#options = options;
    this.#log = log;
  }

  async open(): Promise<readonly BoundAddress[]> {
    const addresses: BoundAddress[] = [];
    for (const listen of this.#options.listen) addresses.push(await this.#engine.listen(listen));
    if (this.#engine.watchPaths.length > 0) this.#log("files are not watched for changes: that needs at least one worker", "warn");
    return addresses;
  }

  /** A later call can only shorten the time. */
  async close(timeout: number): Promise<void> {
    await settlesWithin(this.#engine.close({ timeout: drainTime(timeout) }), timeout);
  }
}
