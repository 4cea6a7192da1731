import { BlockList } from "node:net";
import { ReactorError } from "../errors.ts";
import { addRange } from "../internal/address-range.ts";
import { refuseUnknown } from "../internal/check-options.ts";
import { clusterOptionNames, resolveClusterOptions, type ClusterOptions } from "./cluster-options.ts";
import { parseMember, type Member, type UpstreamKind } from "./member.ts";

export interface AliasOptions extends ClusterOptions {
  /** Roles that a gateway's user needs, separated by blanks or commas. */
  role?: string;
  /** Client addresses that may pass a gateway: addresses or ranges, separated by blanks or commas. */
  source?: string;
  /** Speak TLS to the members of a kind that does not imply it. */
  ssl?: boolean;
}

/** A name for a group of servers of one kind. */
export interface Alias {
  /** Without the leading `@`. */
  readonly name: string;
  readonly kind: UpstreamKind;
  readonly members: readonly Member[];
  readonly roles: readonly string[];
  readonly sources: readonly string[];
  readonly ssl: boolean;
  /** How the members are chosen, watched and protected. */
  readonly cluster: ClusterOptions;
}

/** Every name of a kind; the constants `DB_*` and `PROTO_*` are among them. */
const kinds: Record<string, UpstreamKind> = {
  http: "http",
  https: "https",
  ws: "ws",
  wss: "wss",
  postgresql: "postgresql",
  pgsql: "postgresql",
  postgres: "postgresql",
  sqlite3: "sqlite3",
  sqlite: "sqlite3",
  redis: "redis",
  mongodb: "mongodb",
};

/**
 * Checks an alias definition. A member that stands twice keeps its last weight.
 *
 * @throws SKITAI_REACTOR_BAD_ALIAS, SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION naming what is wrong.
 */
export const parseAlias = (name: string, kind: string, members: string | readonly string[], options: AliasOptions = {}): Alias => {
  refuseUnknown("an alias", options, { role: true, source: true, ssl: true, ...clusterOptionNames });
  const { role, source, ssl: wantsTls, ...cluster } = options;
  resolveClusterOptions(cluster);
  if (typeof name !== "string") throw new ReactorError("SKITAI_REACTOR_BAD_ALIAS", { value: name, hint: "a name is a text." });
  const bare = name.startsWith("@") ? name.slice(1) : name;
  if (!/^[\w.-]+$/.test(bare))
    throw new ReactorError("SKITAI_REACTOR_BAD_ALIAS", { value: name, hint: "a name is made of letters, digits and ._-" });
  const kindName = typeof kind === "string" ? kind.replace(/^\*/, "").toLowerCase() : "";
  const known = Object.hasOwn(kinds, kindName) ? kinds[kindName] : undefined;
  if (!known)
    throw new ReactorError("SKITAI_REACTOR_BAD_ALIAS", {
      value: kind,
      hint: `a kind is one of ${[...new Set(Object.values(kinds))].join(", ")}.`,
    });
  const list = typeof members === "string" ? [members] : members;
  if (!Array.isArray(list))
    throw new ReactorError("SKITAI_REACTOR_BAD_ALIAS", { value: name, hint: "its members are a text or a list of texts." });
  if (list.length === 0) throw new ReactorError("SKITAI_REACTOR_BAD_ALIAS", { value: name, hint: "at least one member is needed." });
  const ssl = wantsTls ?? (known === "https" || known === "wss");
  const byAddress = new Map<string, Member>();
  for (const text of list as readonly string[]) {
    const member = parseMember(text, known, ssl);
    byAddress.set(known === "sqlite3" ? member.database! : `${member.host}:${member.port}/${member.database ?? ""}`, member);
  }
  return {
    name: bare,
    kind: known,
    members: [...byAddress.values()],
    roles: words(role),
    sources: words(source).map(checkedSource),
    ssl,
    cluster,
  };
};

const words = (text: string | undefined): string[] => text?.split(/[\s,]+/).filter(Boolean) ?? [];

const checkedSource = (source: string): string => {
  if (addRange(new BlockList(), source)) return source;
  const hint = 'a source is an address or a range such as "172.30.1.0/24".';
  throw new ReactorError("SKITAI_REACTOR_BAD_ALIAS", { value: source, hint });
};
