import { reasonOf, type UpstreamKind } from "@skitai/reactor";
import { parseMember, type Cluster } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Caller } from "./runtime.ts";
import { findAlias, isAliased } from "./target.ts";

/** What a verb is told of one database server. */
export interface ServerGiven {
  readonly kind: "postgresql" | "redis" | "mongodb";
  /** `host`, `host:port`, `user:password@host:port/database`, or the same as a URL. */
  readonly server: string;
  /** Goes before the one in `server`. */
  readonly database?: string | undefined;
  /** `["user", "password"]`, or one of them alone: the password, of PostgreSQL the user. Goes before those in `server`. */
  readonly auth?: readonly string[] | undefined;
}

const schemes: Readonly<Record<ServerGiven["kind"], RegExp>> = {
  postgresql: /^postgres(?:ql)?:\/\//,
  redis: /^rediss?:\/\//,
  mongodb: /^mongodb:\/\//,
};

/**
 * One database server as an endpoint.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET; the message shows no password.
 */
export const serverEndpoint = ({ kind, server, database, auth }: ServerGiven): Endpoint => {
  if (typeof server !== "string") throw badTarget(server, "a server is host:port.");
  // A password may hold anything, and nothing of it is shown.
  const shown = server.includes("@") ? server.replace(/:.*@/s, ":***@") : server.replace(/:(?!\/\/|\d{1,5}(?:[/?\s]|$)).*/s, ":***");
  if (server.includes("?")) throw badTarget(shown, "a server is host:port; options are an object of their own.");
  if (auth !== undefined && !isCredentials(auth))
    throw badTarget(shown, `its credentials are ["${kind === "postgresql" ? "user" : "password"}"] or ["user", "password"].`);
  const tls = server.startsWith("rediss:");
  try {
    const member = parseMember(server.replace(schemes[kind], "").replace(/\/$/, ""), kind);
    const single = kind === "postgresql" ? [auth?.[0], member.password] : ["", auth?.[0]];
    const [user, password] = auth === undefined ? [member.user, member.password] : auth.length === 1 ? single : auth;
    const { host, port } = member;
    return { host, port, user, password, database: database ?? member.database, address: `${host}:${port}`, tls };
  } catch (error) {
    throw badTarget(shown, reasonOf(error));
  }
};

/** An alias of one kind. @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_ALIAS_UNKNOWN, SKITAI_AQUESTS_ALIAS_KIND */
export const aliasOf = ({ runtime }: Caller, kind: UpstreamKind, alias: string): Cluster => {
  if (typeof alias !== "string" || !isAliased(alias)) throw badTarget(alias, "name an alias, with @ in front.");
  return findAlias(runtime, alias, [kind], kind).cluster;
};

export const badTarget = (value: unknown, hint: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_TARGET", { value, hint });

const isCredentials = (auth: unknown): boolean =>
  Array.isArray(auth) && (auth.length === 1 || auth.length === 2) && auth.every((part) => typeof part === "string");
