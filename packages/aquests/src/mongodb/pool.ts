import type { Attempt } from "../core/attempt.ts";
import { loadDriver } from "../core/driver.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import { orStopped } from "../core/stopped.ts";
import { AquestsError } from "../errors.ts";
import { OpenCursors } from "./cursors.ts";
import type { MongoDriver } from "./driver.ts";
import { isUnsent, mongodbError } from "./faults.ts";
import { MongodbLink } from "./link.ts";
import type { MongodbSettings } from "./options.ts";

/** The connections to one server, and the cursors that are open there. */
export class MongodbPool implements Pool {
  readonly cursors: OpenCursors;
  readonly settings: MongodbSettings;
  readonly #endpoint: Endpoint;
  #driver: MongoDriver | undefined = undefined;
  #link: MongodbLink | undefined = undefined;
  #closed: AquestsError | undefined = undefined;

  constructor(endpoint: Endpoint, settings: MongodbSettings) {
    this.#endpoint = endpoint;
    this.settings = settings;
    this.cursors = new OpenCursors(settings.cursorTimeout);
  }

  /**
   * Does something with the driver's client. The signal aborts when the attempt is given up. Rejects with an AquestsError.
   *
   * @param limit milliseconds that the server was given.
   */
  async use<Value>(
    attempt: Attempt,
    limit: number | undefined,
    work: (link: MongodbLink, signal: AbortSignal) => Promise<Value>,
    given?: MongodbLink,
  ): Promise<Value> {
    const link = given ?? (await this.#ready(attempt));
    link.enter();
    attempt.sent = true;
    try {
      return await work(link, attempt.signal());
    } catch (error) {
      const known = this.#closed ?? mongodbError(error, this.#endpoint.address, limit);
      if (isUnsent(known)) attempt.sent = false;
      throw known;
    } finally {
      link.leave();
    }
  }

  /** Fails what is under way and closes all connections. */
  async close(): Promise<void> {
    this.#closed ??= new AquestsError("SKITAI_AQUESTS_CLOSED");
    this.cursors.clear();
    await this.#link?.close();
  }

  async #ready(attempt: Attempt): Promise<MongodbLink> {
    this.#driver ??= await loadDriver<MongoDriver>("MongoDB", "mongodb", () => import("mongodb"));
    if (this.#closed) throw this.#closed;
    const link = (this.#link ??= this.#open(this.#driver));
    try {
      await orStopped(attempt, link.ready);
    } catch (error) {
      throw this.#closed ?? error;
    }
    if (attempt.cancelled) throw attempt.cancelled;
    return link;
  }

  #open(driver: MongoDriver): MongodbLink {
    const link: MongodbLink = new MongodbLink(driver, this.#endpoint, this.settings, () => {
      if (this.#link === link) this.#link = undefined;
    });
    return link;
  }
}
