import { ReactorError } from "../errors.ts";

/** The kinds of backend that an alias may stand for. */
export type UpstreamKind = "http" | "https" | "ws" | "wss" | "postgresql" | "sqlite3" | "redis" | "mongodb";

/** One server of an alias. */
export interface Member {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  /** Not enumerable: printing a member, or making JSON of it, does not show it. */
  readonly password: string | undefined;
  /** The database; of SQLite, the path of the file. */
  readonly database: string | undefined;
  /** Its share of the load relative to the others. @default 1 */
  readonly weight: number;
}

const ports: Record<Exclude<UpstreamKind, "sqlite3">, number> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  postgresql: 5432,
  redis: 6379,
  mongodb: 27017,
};

/** The port of a kind, where a member names none; TLS has its own for HTTP and WebSocket. */
const defaultPort = (kind: Exclude<UpstreamKind, "sqlite3">, ssl: boolean): number =>
  ssl && (kind === "http" || kind === "ws") ? ports.https : ports[kind];

const grammar =
  /^(?:(?<user>[^:@/\s]*)(?::(?<password>[^@\s]*))?@)?(?<host>\[[0-9a-f:.]+\]|[\w.-]+)(?::(?<port>\d+))?(?:\/(?<database>[^\s]*))?$/i;

/**
 * Reads `[user[:password]@]host[:port][/database][ weight]`. User and password are percent-encoded (`%40` for `@`); of SQLite the member is
 * the path of the file.
 *
 * @param ssl whether TLS is spoken to it, for the port of one that names none.
 * @throws SKITAI_REACTOR_BAD_ALIAS; the message shows no password.
 * @example parseMember("u:p%40w@10.0.0.1:5001 20", "http") // { host: "10.0.0.1", port: 5001, user: "u", password: "p@w", weight: 20, ... }
 */
export const parseMember = (text: string, kind: UpstreamKind, ssl = false): Member => {
  if (typeof text !== "string") throw bad(text, "a member is a text.");
  const [, address = "", weightText] = /^(.*?)(?:\s+(\d+))?$/s.exec(text.trim()) ?? [];
  const weight = weightText === undefined ? 1 : Number(weightText);
  if (weight < 1 || weight > 1_000_000) throw bad(text, "a weight is a whole number from 1.");
  if (kind === "sqlite3") {
    if (address === "") throw bad(text, "the path of a database file is needed.");
    return { host: "", port: 0, user: undefined, password: undefined, database: address, weight };
  }
  const scheme = schemeOf.exec(address)?.[0];
  if (scheme !== undefined) throw bad(text, `leave "${scheme}" out; the kind of the alias says what is spoken.`);
  const parts = grammar.exec(address)?.groups;
  const port = Number(parts?.["port"] ?? defaultPort(kind, ssl));
  if (!parts || port < 1 || port > 65_535) throw bad(text, "a member is [user[:password]@]host[:port][/database][ weight].");
  const user = decode(parts["user"], text);
  const password = user === undefined ? undefined : (decode(parts["password"], text) ?? "");
  return hidePassword({ host: parts["host"]!, port, user, password, database: parts["database"] || undefined, weight });
};

/** Leaves the password where it can be read, and where nothing that shows or copies all fields finds it. */
export const hidePassword = <Owner extends Pick<Member, "password">>(owner: Owner): Owner =>
  Object.defineProperty(owner, "password", { enumerable: false });

const decode = (value: string | undefined, text: string): string | undefined => {
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    throw bad(text, "user and password are percent-encoded: write % as %25 and @ as %40.");
  }
};

const bad = (text: unknown, hint: string): ReactorError =>
  new ReactorError("SKITAI_REACTOR_BAD_ALIAS", { value: typeof text === "string" ? masked(text) : text, hint });

/** What may be a password is not shown: all from a colon to the last `@`, and without one all that follows a colon and is no port. */
const masked = (text: string): string => {
  const [scheme = ""] = schemeOf.exec(text) ?? [];
  const rest = text.slice(scheme.length);
  return scheme + (rest.includes("@") ? rest.replace(/:.*@/s, ":***@") : rest.replace(/:(?!\d{1,5}(?:[/\s]|$)).*/s, ":***"));
};

const schemeOf = /^\s*[a-z][a-z\d+.-]*:\/\//i;
