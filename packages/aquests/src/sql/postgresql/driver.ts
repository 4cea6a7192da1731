import type { Duplex } from "node:stream";

// The part of pg that is used here, so that our declarations do not need its types.

export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

export interface QueryResult {
  readonly command: string | null;
  readonly rowCount: number | null;
  readonly rows: unknown[];
  readonly fields: readonly Field[];
}

/** Several of them for several statements at once. */
export type QueryResults = QueryResult | readonly QueryResult[];

/** How the values of a column are read. */
export interface TypeParsers {
  getTypeParser(oid: number, format?: string): (value: string) => unknown;
}

export interface QueryConfig {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  readonly name?: string | undefined;
}

export interface PgClient {
  query(config: QueryConfig, callback: (error: Error | null | undefined, results: QueryResults) => void): void;
  /** `I` idle, `T` in a transaction, `E` in one that failed. */
  getTransactionStatus?(): string | null;
  /** Sends statements without waiting for the answers to those before. */
  pipeline?: boolean;
  readonly connection: { readonly stream: Duplex };
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** A connection as its pool opens it. */
export interface PgConnecting {
  readonly connection: { readonly stream: Duplex };
  connect(callback: (error?: Error | null) => void): void;
  on(event: "error", listener: () => void): unknown;
}

export type Release = (destroy?: boolean) => void;

export interface PgPool {
  connect(callback: (error: Error | undefined, client: PgClient | undefined, release: Release) => void): void;
  on(event: "error", listener: () => void): unknown;
  end(): Promise<void>;
}

/** A connection without a session, which only carries the wish to cancel. */
export interface CancelConnection {
  readonly stream: Duplex;
  connect(port: number, host: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  on(event: string, listener: (error?: Error) => void): unknown;
}

/** Options of `tls.connect`. */
export interface PgTls {
  readonly host: string;
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
}

export interface PgDriver {
  readonly Client: new (config: object) => PgConnecting;
  readonly Pool: new (config: object) => PgPool;
  readonly Connection: new (config: { ssl: PgTls | false }) => CancelConnection;
  readonly types: TypeParsers;
}
