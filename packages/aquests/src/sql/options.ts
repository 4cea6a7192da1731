import { refuseUnknown, waitingTime, type Duration } from "@skitai/reactor";
import { callOptionNames, type CallOptions } from "../core/call.ts";
import { AquestsError } from "../errors.ts";
import type { Dialect } from "./placeholders.ts";

/** Options of one statement. */
export interface SqlCallOptions<Data = unknown> extends CallOptions<Data> {
  /**
   * Carried out twice it has the effect of once, so that it may be sent again after a connection broke. Nothing else tells: a SELECT may call a
   * function that writes.
   * @default false
   */
  idempotent?: boolean;
}

/** Options of any database. Those of the connection are shared by all who use the same: others have a pool of their own. */
export interface SqlOptions<Data = unknown> extends SqlCallOptions<Data> {
  /** Most connections, or threads, at once; further calls wait for one. @default 10; SQLite 4 */
  poolSize?: number;
  /** How long a connection that nobody uses is kept. @default "30s" */
  idleTimeout?: Duration;
  /**
   * Integers of 64 bits as `bigint`. Otherwise PostgreSQL's come as text, as `pg` gives them, and SQLite's as numbers, which are exact to 2 ** 53;
   * with it all integers of SQLite are `bigint`, as it does not tell their width.
   * @default false
   */
  bigint?: boolean;
}

export interface PostgresqlOptions<Data = unknown> extends SqlOptions<Data> {
  /** Time to open a connection. @default "5s" */
  connectTimeout?: Duration;
  /** Speak TLS; the certificate is verified. @default the alias's; false for a server */
  ssl?: boolean;
  /** The certificates to trust instead of the system's, in PEM. */
  ca?: string;
  /** Do not verify the server's certificate. @default false */
  insecure?: boolean;
  /** Let the server keep statements with values prepared on each connection. Of use for the same few texts again and again. @default false */
  prepare?: boolean;
}

export interface SqliteOptions<Data = unknown> extends SqlOptions<Data> {
  /** How long to wait for a lock that another process, or a transaction of this one, holds. @default "5s" */
  busyTimeout?: Duration;
  /** Open a file that is there, and never write to it. @default false */
  readOnly?: boolean;
}

/** How connections are made: every option of theirs with its default. */
export interface SqlSettings {
  /** Tells pools of other settings apart. */
  readonly key: string;
  readonly poolSize: number;
  /** Milliseconds, like all times here. */
  readonly idleTimeout: number;
  readonly bigint: boolean;
  readonly connectTimeout: number;
  /** Undefined: as the endpoint says. */
  readonly ssl: boolean | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly prepare: boolean;
  readonly busyTimeout: number;
  readonly readOnly: boolean;
}

/** Options of one statement by name, for checking. */
export const sqlCallOptionNames: Readonly<Record<keyof SqlCallOptions, true>> = { ...callOptionNames, idempotent: true };

const sqlOptionNames: Readonly<Record<keyof SqlOptions, true>> = { ...sqlCallOptionNames, poolSize: true, idleTimeout: true, bigint: true };

const optionNames: Readonly<Record<Dialect, Readonly<Record<string, true>>>> = {
  postgresql: {
    ...sqlOptionNames,
    connectTimeout: true,
    ssl: true,
    ca: true,
    insecure: true,
    prepare: true,
  } satisfies Record<keyof PostgresqlOptions, true>,
  sqlite3: { ...sqlOptionNames, busyTimeout: true, readOnly: true } satisfies Record<keyof SqliteOptions, true>,
};

/** @throws SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION and, for a name that nobody reads, SKITAI_REACTOR_BAD_OPTION */
export const resolveSqlOptions = (kind: Dialect, options: PostgresqlOptions & SqliteOptions): SqlSettings => {
  refuseUnknown(kind, options, optionNames[kind]);
  const { ca, ssl } = options;
  if (ca !== undefined && typeof ca !== "string") throw bad("ca", "an object", "Use the certificates as a text in PEM.");
  const settings = {
    poolSize: checkedSize(options.poolSize ?? (kind === "postgresql" ? 10 : 4)),
    idleTimeout: waitingTime(options.idleTimeout ?? "30s", "idleTimeout"),
    bigint: checkedFlag("bigint", options.bigint) ?? false,
    connectTimeout: waitingTime(options.connectTimeout ?? "5s", "connectTimeout"),
    ssl: checkedFlag("ssl", ssl),
    ca,
    insecure: checkedFlag("insecure", options.insecure) ?? false,
    prepare: checkedFlag("prepare", options.prepare) ?? false,
    busyTimeout: waitingTime(options.busyTimeout ?? "5s", "busyTimeout"),
    readOnly: checkedFlag("readOnly", options.readOnly) ?? false,
  };
  return { key: JSON.stringify(settings), ...settings };
};

const checkedSize = (value: number): number => {
  if (Number.isInteger(value) && value >= 1) return value;
  throw bad("poolSize", value, "Use a whole number from 1.");
};

const checkedFlag = (what: string, value: boolean | undefined): boolean | undefined => {
  if (value === undefined || typeof value === "boolean") return value;
  throw bad(what, value, "Use true or false.");
};

const bad = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });

/** The settings of a database that was named without options; made once, since each request asks for it. */
export const defaultSettings: Readonly<Record<Dialect, SqlSettings>> = {
  postgresql: resolveSqlOptions("postgresql", {}),
  sqlite3: resolveSqlOptions("sqlite3", {}),
};
