import { isIP } from "node:net";
import type { Endpoint } from "../core/endpoint.ts";
import type { MongoClient, MongoDriver } from "./driver.ts";
import { mongodbError } from "./faults.ts";
import type { MongodbSettings } from "./options.ts";

/**
 * One client of the driver. When its server is lost it is used no more, and the pool makes a new one: the driver would let calls wait until the server
 * is found again, and those calls could have gone elsewhere meanwhile.
 */
export class MongodbLink {
  readonly driver: MongoDriver;
  readonly client: MongoClient;
  /** Resolves when the server is there and lets us in. */
  readonly ready: Promise<MongodbLink>;
  readonly #idleTimeout: number;
  readonly #retired: () => void;
  #users = 0;
  #isReady = false;
  #isRetired = false;
  #closing: Promise<void> | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;

  /** @param retired called once, when nothing more should be sent here. */
  constructor(driver: MongoDriver, endpoint: Endpoint, settings: MongodbSettings, retired: () => void) {
    this.driver = driver;
    this.#idleTimeout = settings.idleTimeout;
    this.#retired = retired;
    this.client = new driver.MongoClient(`mongodb://${endpoint.host}:${endpoint.port}/`, clientOptions(endpoint, settings));
    this.ready = this.#open(endpoint.address, settings.replicaSet === undefined);
  }

  /** Somebody uses it, until {@link leave}. */
  enter(): void {
    this.#users++;
    clearTimeout(this.#timer);
  }

  leave(): void {
    if (--this.#users > 0) return;
    if (this.#isRetired) void this.close();
    else if (this.#idleTimeout > 0) this.#timer = setTimeout(() => this.retire(), this.#idleTimeout);
  }

  /** Takes nothing more, and closes when the last user has left. */
  retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    clearTimeout(this.#timer);
    this.#retired();
    if (this.#users === 0) void this.close();
  }

  /** Closes at once: what is under way fails. Never rejects. */
  close(): Promise<void> {
    this.retire();
    return (this.#closing ??= this.client.close().catch(() => undefined));
  }

  #open(address: string, isDirect: boolean): Promise<MongodbLink> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        void this.close();
        reject(mongodbError(error, address));
      };
      if (isDirect) {
        // The driver would try again and again until its time is up.
        this.client.on("serverHeartbeatFailed", ({ failure }) => (this.#isReady ? this.retire() : fail(failure)));
        this.client.on("serverDescriptionChanged", ({ newDescription }) => {
          if (this.#isReady && newDescription.type === "Unknown") this.retire();
        });
      }
      this.client.connect().then(() => {
        this.#isReady = true;
        resolve(this);
      }, fail);
    });
  }
}

const clientOptions = ({ host, user, password, database, tls }: Endpoint, settings: MongodbSettings): object => {
  const { connectTimeout, poolSize, ca, insecure, authSource, replicaSet } = settings;
  const name = host.replace(/^\[|\]$/g, "");
  return {
    appName: "aquests",
    ...(replicaSet === undefined ? { directConnection: true } : { replicaSet }),
    ...(user && { auth: { username: user, password: password ?? "" }, authSource: authSource ?? database ?? "admin" }),
    tls: settings.ssl ?? tls,
    ...((settings.ssl ?? tls) && {
      rejectUnauthorized: !insecure,
      ...(ca !== undefined && { ca }),
      ...(isIP(name) === 0 && { servername: name }),
    }),
    maxPoolSize: poolSize,
    connectTimeoutMS: connectTimeout,
    serverSelectionTimeoutMS: connectTimeout === 0 ? 2 ** 31 - 1 : connectTimeout,
    // One connection that looks after the server is enough.
    serverMonitoringMode: "poll",
    // Whether something is sent again is for the core to say.
    retryReads: false,
    retryWrites: false,
  };
};
