import type { Member } from "@skitai/reactor";
import type { Cluster, ClusterMember } from "@skitai/reactor/upstream";

/** One server, as a protocol needs to know it. Members of an alias are endpoints; so is what a URL or an address names. */
export interface Endpoint extends Omit<Member, "weight"> {
  /** `host:port`, or the path of a database file: what results show as their `node`. */
  readonly address: string;
  /** Speak TLS. */
  readonly tls: boolean;
}

/** What tells two endpoints apart: connections are shared by those with the same. Holds credentials, so it is never shown. */
export const identity = (kind: string, endpoint: Endpoint): string => `${kind} ${identityEnd(endpoint)}`;

const ends = new WeakMap<Endpoint, string>();

/** The part that is the same whatever is spoken. */
export const identityEnd = (endpoint: Endpoint): string => {
  const known = ends.get(endpoint);
  if (known !== undefined) return known;
  const { tls, address, user, password, database } = endpoint;
  const made = JSON.stringify([tls, address, user, password, database]);
  ends.set(endpoint, made);
  return made;
};

const endpoints = new WeakMap<ClusterMember, Endpoint>();

/** A member of an alias as an endpoint; the same object each time. */
export const clusterEndpoint = ({ ssl }: Cluster, member: ClusterMember): Endpoint => {
  const known = endpoints.get(member);
  if (known) return known;
  const { host, port, user, password, database, address } = member;
  const made: Endpoint = { host, port, user, password, database, address, tls: ssl };
  endpoints.set(member, made);
  return made;
};
