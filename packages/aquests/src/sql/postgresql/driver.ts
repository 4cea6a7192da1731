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

/** A statement under way. */
export interface PgQuery {
  /** Under this name the server keeps it prepared. */
  name?: string;
}

export interface PgClient {
  connect(callback: (error?: Error | null) => void): void;
  query(query: PgQuery): void;
  /** Says goodbye. */
  end(): Promise<void>;
  /** `I` idle, `T` in a transaction, `E` in one that failed. */
  getTransactionStatus?(): string | null;
  /** Sends statements without waiting for the answers to those before. */
  pipeline?: boolean;
  readonly connection: { readonly stream: Duplex };
  readonly processID: number | null;
  readonly secretKey: number | null;
  on(event: "error" | "end", listener: () => void): unknown;
  ref(): void;
  unref(): void;
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
  readonly Client: new (config: object) => PgClient;
  readonly Connection: new (config: { ssl: PgTls | false }) => CancelConnection;
  readonly Query: new (
    text: string,
    values: readonly unknown[] | undefined,
    callback: (error: Error | null | undefined, results: QueryResults) => void,
  ) => PgQuery;
  readonly types: TypeParsers;
}
