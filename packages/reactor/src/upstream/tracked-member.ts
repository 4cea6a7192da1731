import { hidePassword, type Member, type UpstreamKind } from "./member.ts";
import type { OutcomeWindow } from "./outcome-window.ts";

/**
 * What a member is doing: `up`; `warming` (up, with a growing share); `down` (requests or probes failed); `ejected` (too many failures);
 * `off` (by hand); `draining` and `removed` (taken out).
 */
export type MemberState = "up" | "warming" | "down" | "ejected" | "off" | "draining" | "removed";

/** One server of a cluster, as it is now. */
export interface ClusterMember extends Member {
  /** `host:port`; of SQLite, the path of the file. */
  readonly address: string;
  /** Requests under way. */
  readonly inFlight: number;
  readonly state: MemberState;
}

/** `host:port` of a member; of SQLite, the path. */
export const addressOf = (member: Member, kind: UpstreamKind): string =>
  kind === "sqlite3" ? member.database! : `${member.host}:${member.port}`;

/** A member with what its cluster keeps about it. Only the cluster and its parts write here. */
export class TrackedMember implements ClusterMember {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly address: string;
  weight: number;
  state: MemberState = "up";
  inFlight = 0;
  /** Requests that it may have under way. */
  readonly fullLimit: number;
  /** The limit that holds now. */
  limit: number;
  /** The weight that holds now: less than `weight` while it is warming. */
  share: number;
  /** What round robin owes it. */
  credit = 0;
  /** Where the hash of its address begins. */
  readonly seed: number;

  isOff = false;
  isDraining = false;
  failsProbes = false;
  /** Good probes in a row, since it was last marked as down. */
  goodProbes = 0;
  badProbes = 0;
  downUntil = 0;
  /** The number of the newest lease when it was marked as down. */
  downOrder = 0;
  ejectedUntil = 0;
  /** Ejections without a time of good conduct between them. */
  ejections = 0;
  warmUntil = 0;
  failuresInRow = 0;
  slowInRow = 0;
  outcomes: OutcomeWindow | undefined;

  requests = 0;
  failures = 0;
  /** Milliseconds that a request takes, newer ones counting more; undefined until one was measured. */
  latency: number | undefined;
  /** Told when no request is under way any more. */
  emptied: (() => void) | undefined;

  constructor(member: Member, kind: UpstreamKind, limit: number) {
    this.host = member.host;
    this.port = member.port;
    this.user = member.user;
    this.password = member.password;
    hidePassword(this);
    this.database = member.database;
    this.address = addressOf(member, kind);
    this.weight = this.share = member.weight;
    this.limit = this.fullLimit = limit;
    this.seed = hashOf(`${this.address}/${member.database ?? ""}`);
  }
}

/** FNV-1a, 32 bits. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};
