import { refuseUnknown, waitingTime, type Duration } from "@skitai/reactor";
import { callOptionNames, type CallOptions } from "../core/call.ts";
import { AquestsError } from "../errors.ts";

/** Options of the calls that a MongoDB object makes, and of its connections. Those of connections are shared by all who use the same. */
export interface MongodbOptions<Data = unknown> extends CallOptions<Data> {
  /**
   * Carried out twice the calls have the effect of once, so that they may be sent again after a connection broke.
   * @default true for those that only read
   */
  idempotent?: boolean;
  /** Time to open a connection and log in. @default "5s" */
  connectTimeout?: Duration;
  /** Most connections at once; further calls wait for one. @default 10 */
  poolSize?: number;
  /** How long connections are kept when nobody uses them. @default "30s" */
  idleTimeout?: Duration;
  /** How long a cursor stays open when nobody asks for more. @default "1m" */
  cursorTimeout?: Duration;
  /** Speak TLS; the certificate is verified. @default the alias's; false for a server */
  ssl?: boolean;
  /** The certificates to trust instead of the system's, in PEM. */
  ca?: string;
  /** Do not verify the server's certificate. @default false */
  insecure?: boolean;
  /** The database that knows the user. @default the one in the address; "admin" */
  authSource?: string;
  /** The name of the replica set that the server belongs to: calls go to its primary, wherever that is. Otherwise they go to the server itself. */
  replicaSet?: string;
  /** Integers of 64 bits as `bigint`; otherwise they are numbers as far as numbers are exact, and the driver's `Long` beyond. @default false */
  bigint?: boolean;
}

/** How connections are made: every option of theirs with its default. */
export interface MongodbSettings {
  /** Tells pools of other settings apart. */
  readonly key: string;
  /** Milliseconds, like all times here. */
  readonly connectTimeout: number;
  readonly poolSize: number;
  readonly idleTimeout: number;
  readonly cursorTimeout: number;
  /** Undefined: as the endpoint says. */
  readonly ssl: boolean | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly authSource: string | undefined;
  readonly replicaSet: string | undefined;
  readonly bigint: boolean;
}

const optionNames: Readonly<Record<keyof MongodbOptions, true>> = {
  ...callOptionNames,
  idempotent: true,
  connectTimeout: true,
  poolSize: true,
  idleTimeout: true,
  cursorTimeout: true,
  ssl: true,
  ca: true,
  insecure: true,
  authSource: true,
  replicaSet: true,
  bigint: true,
};

/** @throws SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION and, for a name that nobody reads, SKITAI_REACTOR_BAD_OPTION */
export const resolveMongodbOptions = (options: MongodbOptions): MongodbSettings => {
  refuseUnknown("mongodb()", options, optionNames);
  const { poolSize = 10 } = options;
  if (!Number.isInteger(poolSize) || poolSize < 1) throw badOption("poolSize", poolSize, "Use a whole number from 1.");
  checkedFlag("idempotent", options.idempotent);
  const settings = {
    connectTimeout: waitingTime(options.connectTimeout ?? "5s", "connectTimeout"),
    poolSize,
    idleTimeout: waitingTime(options.idleTimeout ?? "30s", "idleTimeout"),
    cursorTimeout: waitingTime(options.cursorTimeout ?? "1m", "cursorTimeout"),
    ssl: checkedFlag("ssl", options.ssl),
    ca: checkedText("ca", options.ca),
    insecure: checkedFlag("insecure", options.insecure) ?? false,
    authSource: checkedText("authSource", options.authSource),
    replicaSet: checkedText("replicaSet", options.replicaSet),
    bigint: checkedFlag("bigint", options.bigint) ?? false,
  };
  return { key: JSON.stringify(settings), ...settings };
};

const checkedFlag = (what: string, value: boolean | undefined): boolean | undefined => {
  if (value === undefined || typeof value === "boolean") return value;
  throw badOption(what, value, "Use true or false.");
};

const checkedText = (what: string, value: string | undefined): string | undefined => {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw badOption(what, typeof value, "Use a text.");
};

const badOption = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });

/** The settings without options; made once, since each request asks for them. */
export const defaultMongodbSettings: MongodbSettings = resolveMongodbOptions({});
