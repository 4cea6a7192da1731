import { refuseUnknown, waitingTime, type Duration } from "@skitai/reactor";
import { callOptionNames, type CallOptions } from "../core/call.ts";
import { AquestsError } from "../errors.ts";

/** Options of the commands that a Redis object sends, and of its connections. Those of connections are shared by all who use the same. */
export interface RedisOptions<Data = unknown> extends CallOptions<Data> {
  /**
   * Carried out twice the commands have the effect of once, so that they may be sent again after a connection broke.
   * @default true for commands that only read
   */
  idempotent?: boolean;
  /** Time to open a connection, log in and choose the database. @default "5s" */
  connectTimeout?: Duration;
  /** Most connections beside the common one, for commands that block; further ones wait. @default 10 */
  poolSize?: number;
  /** How long such a connection is kept when nobody uses it. @default "30s" */
  idleTimeout?: Duration;
  /** Speak TLS; the certificate is verified. @default the alias's; that of the URL; false */
  ssl?: boolean;
  /** The certificates to trust instead of the system's, in PEM. */
  ca?: string;
  /** Do not verify the server's certificate. @default false */
  insecure?: boolean;
}

/** How connections are made: every option of theirs with its default. */
export interface RedisSettings {
  /** Tells pools of other settings apart. */
  readonly key: string;
  /** The number of the database; undefined: that of the endpoint. */
  readonly database: number | undefined;
  /** Milliseconds, like all times here. */
  readonly connectTimeout: number;
  readonly poolSize: number;
  readonly idleTimeout: number;
  /** Undefined: as the endpoint says. */
  readonly ssl: boolean | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
}

const optionNames: Readonly<Record<keyof RedisOptions, true>> = {
  ...callOptionNames,
  idempotent: true,
  connectTimeout: true,
  poolSize: true,
  idleTimeout: true,
  ssl: true,
  ca: true,
  insecure: true,
};

/** @throws SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION and, for a name that nobody reads, SKITAI_REACTOR_BAD_OPTION */
export const resolveRedisOptions = (options: RedisOptions, database?: number): RedisSettings => {
  refuseUnknown("redis()", options, optionNames);
  const { poolSize = 10, ca } = options;
  if (!Number.isInteger(poolSize) || poolSize < 1) throw badOption("poolSize", poolSize, "Use a whole number from 1.");
  if (ca !== undefined && typeof ca !== "string") throw badOption("ca", "an object", "Use the certificates as a text in PEM.");
  checkedFlag("idempotent", options.idempotent);
  const settings = {
    database,
    connectTimeout: waitingTime(options.connectTimeout ?? "5s", "connectTimeout"),
    poolSize,
    idleTimeout: waitingTime(options.idleTimeout ?? "30s", "idleTimeout"),
    ssl: checkedFlag("ssl", options.ssl),
    ca,
    insecure: checkedFlag("insecure", options.insecure) ?? false,
  };
  return { key: JSON.stringify(settings), ...settings };
};

/** The number of a database as it stands in an address. @throws SKITAI_AQUESTS_BAD_OPTION */
export const databaseNumber = (value: unknown): number => {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
  throw badOption("The database of Redis", value, "Use a whole number from 0.");
};

const checkedFlag = (what: string, value: boolean | undefined): boolean | undefined => {
  if (value === undefined || typeof value === "boolean") return value;
  throw badOption(what, value, "Use true or false.");
};

const badOption = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });

/** The settings without options; made once, since each request asks for them. */
export const defaultRedisSettings: RedisSettings = resolveRedisOptions({});
