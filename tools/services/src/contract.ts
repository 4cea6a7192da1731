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

/** A server on this machine that takes one request at a time and keeps nothing, so that all tests may use it. */
export interface PeerAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** Python's gRPC with the service of `peers/route_guide.proto`. */
export interface GrpcAddress extends PeerAddress {
  /** The same over TLS; trust `ca`. */
  readonly tlsUrl: string;
  readonly ca: string;
  /** Path of the `.proto` file. */
  readonly protoFile: string;
  /** Path of the same as a serialised `FileDescriptorSet`. */
  readonly descriptorFile: string;
}

/** nginx with the locations of `src/nginx.ts`. */
export interface NginxAddress extends PeerAddress {
  /** HTTP/2 and HTTP/1.1 over TLS; trust `ca`. */
  readonly tlsUrl: string;
  readonly ca: string;
  /** Who may see `/private/`. */
  readonly user: string;
  readonly password: string;
}

/** A forward proxy that speaks CONNECT. */
export interface ProxyAddress extends PeerAddress {
  /** Its log, which has a line with `CONNECT host:port` for each tunnel. */
  readonly logFile: string;
}

/** What a service tells its user, by the service's name. */
export interface ServiceAddresses {
  postgres: PostgresAddress;
  redis: RedisAddress;
  mongodb: MongodbAddress;
  /** Python's `xmlrpc.server`; methods in `peers/methods.py`. */
  xmlrpc: PeerAddress;
  /** Python's `jsonrpclib`; the same methods. */
  jsonrpc: PeerAddress;
  grpc: GrpcAddress;
  nginx: NginxAddress;
  proxy: ProxyAddress;
  /** A proxy that wants the user and password of its URL. */
  authproxy: ProxyAddress;
  /** The `ws` package; what each path does is in `src/websocket.ts`. */
  websocket: PeerAddress;
  /** A port where connecting takes forever. */
  blackhole: PeerAddress;
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

/** What can be done with the process of a server. */
export interface ServerProcess {
  /** Sends a signal to every process of the server. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  stop(): Promise<void>;
}

/** A server that runs. */
export interface RunningService<Address> {
  /** What we started ourselves; nothing for a server from the environment. */
  readonly process: ServerProcess | undefined;
  share(): Promise<Share<Address>>;
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
