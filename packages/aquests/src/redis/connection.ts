import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { AquestsError } from "../errors.ts";
import type { RedisClient, RedisConnector, RedisDriver } from "./driver.ts";
import { redisError } from "./faults.ts";
import { databaseNumber, type RedisSettings } from "./options.ts";

/** One connection to Redis. It is never mended: when it breaks, what was sent fails, and the pool makes a new one. */
export class RedisConnection {
  /** Resolves when commands may be sent; rejects when that will never be. */
  readonly ready: Promise<RedisConnection>;
  readonly #endpoint: Endpoint;
  readonly #client: RedisClient;
  #socket: Socket | undefined = undefined;
  #isReady = false;
  /** No more commands are for it. */
  #isRetired = false;
  /** Those who wait for answers. */
  #users = 0;
  #isCorked = false;
  /** What the connection said when it broke. */
  #fault: Error | undefined = undefined;

  constructor(driver: RedisDriver, endpoint: Endpoint, settings: RedisSettings) {
    this.#endpoint = endpoint;
    const { user, password, database } = endpoint;
    const tls = settings.ssl ?? endpoint.tls;
    const open = (): Socket => (this.#socket = connectSocket(endpoint, settings, tls));
    const close = (): void => void this.#socket?.destroy();
    this.#client = new driver.Redis(endpoint.port, endpoint.host, {
      Connector: class implements RedisConnector {
        connect = async (): Promise<Socket> => open();
        disconnect = close;
        check = (): boolean => true;
      },
      ...(tls && { tls: {} }),
      ...(user && { username: user }),
      ...(password !== undefined && { password }),
      db: settings.database ?? (database === undefined ? 0 : databaseNumber(database)),
      lazyConnect: true,
      // Whether something is sent again is for the core to say, which knows what the command does.
      retryStrategy: null,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      enableOfflineQueue: false,
      // A server that is loading says so to each command, and another one can be asked meanwhile.
      enableReadyCheck: false,
      disableClientInfo: true,
      connectionName: "aquests",
      connectTimeout: 0,
    });
    this.ready = this.#open(settings.connectTimeout);
  }

  /** Whether a command can be sent now. */
  get isUsable(): boolean {
    return this.#isReady && !this.#isRetired && this.#client.status === "ready" && this.#socket!.writable;
  }

  /** Whether somebody may still use it. */
  get isOver(): boolean {
    return this.#isRetired || (this.#isReady && !this.isUsable);
  }

  /**
   * Sends something and waits for the answer.
   *
   * @param isOwn nobody else uses the connection: it ends with an attempt that is given up.
   */
  send<Value>(attempt: Attempt, isOwn: boolean, ask: (client: RedisClient) => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (!this.isUsable) throw this.#faultOf(new Error("Connection is closed."));
      const received = this.#socket!.bytesRead;
      let isOver = false;
      const leave = (): boolean => {
        if (isOver) return false;
        isOver = true;
        this.#leave();
        return true;
      };
      this.#enter();
      attempt.sent = true;
      attempt.stopWith((reason) => {
        if (!leave()) return;
        // Late answers are counted and dropped, so that the others get theirs. Where nothing at all has come, nobody knows whether anything will.
        if (isOwn) this.destroy();
        else if (isTimeout(reason) && this.#socket!.bytesRead === received) this.retire();
        reject(reason);
      });
      ask(this.#client).then(
        (value) => leave() && resolve(value),
        (error: unknown) => {
          if (!leave()) return;
          const known = this.#faultOf(error);
          // A server that is not ready has done nothing.
          if (known.code === "SKITAI_AQUESTS_CONNECT_FAILED") attempt.sent = false;
          reject(known);
        },
      );
    });
  }

  /** An error of what was sent here, in the terms of this package. */
  #faultOf(error: unknown): AquestsError {
    const known = redisError(error, this.#endpoint.address);
    return known.code === "SKITAI_AQUESTS_DISCONNECTED" && this.#fault ? redisError(this.#fault, this.#endpoint.address) : known;
  }

  /** Takes no more commands, and closes when the last answer has come. */
  retire(): void {
    this.#isRetired = true;
    if (this.#users === 0) this.destroy();
  }

  /** Closes at once: what waits for an answer fails, for that reason if there is one. */
  destroy(reason?: AquestsError): void {
    this.#isRetired = true;
    if (reason) this.#fault = reason;
    this.#client.disconnect();
  }

  #open(timeout: number): Promise<RedisConnection> {
    return new Promise((resolve, reject) => {
      const { address } = this.#endpoint;
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        if (this.#isReady) return;
        this.destroy();
        reject(redisError(this.#fault ?? error, address));
      };
      const late = (): void =>
        fail(new AquestsError("SKITAI_AQUESTS_CONNECT_FAILED", { address, reason: `it did not answer within ${timeout} ms.` }));
      const timer = timeout === 0 ? undefined : setTimeout(late, timeout);
      this.#client.on("error", (error) => {
        this.#fault ??= error;
        // An answer that nobody asked for might be taken for that of the next command.
        if (this.#isReady) this.destroy();
        // Without this a database that is not there would be taken for the first one.
        else fail(error);
      });
      this.#client.connect().then(() => {
        clearTimeout(timer);
        this.#isReady = true;
        // A program whose calls have ended may end.
        if (this.#users === 0) this.#socket!.unref();
        resolve(this);
      }, fail);
    });
  }

  #enter(): void {
    if (this.#users++ === 0) this.#socket!.ref();
    // What is sent in one turn goes out together.
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket!.cork();
    process.nextTick(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.#socket!.uncork();
  };

  #leave(): void {
    if (--this.#users > 0) return;
    if (this.#isRetired) this.destroy();
    else this.#socket!.unref();
  }
}

const isTimeout = (reason: Error): boolean => reason instanceof AquestsError && reason.code === "SKITAI_AQUESTS_TIMEOUT";

const connectSocket = ({ host: given, port }: Endpoint, { ca, insecure }: RedisSettings, tls: boolean): Socket => {
  const host = given.replace(/^\[|\]$/g, "");
  const trust = { rejectUnauthorized: !insecure, ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) };
  const socket = tls ? connectTls({ host, port, ...trust }) : connectTcp({ host, port });
  // ioredis listens a moment later.
  socket.on("error", () => {});
  return socket;
};
