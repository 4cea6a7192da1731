/** A database of one's own on a PostgreSQL server. */
export interface PostgresAddress {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** An empty numbered database of one's own on a Redis server. Channels of publish/subscribe are shared by all databases of a server. */
export interface RedisAddress {
  /** `redis://host:port/database`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly database: number;
}

/** A database of one's own on a server of MongoDB's wire protocol. */
export interface MongodbAddress {
  /** `mongodb://host:port/database`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** What a service tells its user, by the service's name. */
export interface ServiceAddresses {
  postgres: PostgresAddress;
  redis: RedisAddress;
  mongodb: MongodbAddress;
}

export type ServiceName = keyof ServiceAddresses;

/** How a service is asked for. */
export interface AcquireOptions {
  /** A server process that no other test uses, which may be paused and stopped. @default false */
  readonly own?: boolean;
  /** The port of an own server, to come back where one was stopped. @default a free one */
  readonly port?: number;
}

/** Where a service was found; `undefined` when it is not on this machine. */
export type Source =
  | { readonly from: "environment"; readonly url: URL }
  | { readonly from: "program"; readonly file: string }
  | { readonly from: "package"; readonly file: string };

/** A share of a running server. */
export interface Share<Address> {
  readonly address: Address;
  /** Gives back what was made for this share alone. */
  release(): Promise<void>;
}

/** A server that runs. */
export interface RunningService<Address> {
  share(): Promise<Share<Address>>;
  stop(): Promise<void>;
  /** Sends a signal to every process of the server. A server from the environment cannot be signalled. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
}

/** One kind of service: how it is found, and how it starts. */
export interface ServiceKind<Address> {
  /** The variable that may hold its URL; the value `none` hides the service. */
  readonly variable?: string;
  /** What to install, as the end of a sentence. */
  readonly remedy: string;
  /** Looks on this machine only: no process is started. */
  find(): Source | undefined;
  start(source: Source, options: { readonly port?: number }): Promise<RunningService<Address>>;
}
