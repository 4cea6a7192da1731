import type { UpstreamKind } from "@skitai/reactor";
import type { Cluster } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";
import { clusterEndpoint } from "./endpoint.ts";
import type { Pools } from "./pools.ts";
import type { Runtime } from "./runtime.ts";

/** An alias that a call names, and the path behind it. */
export interface Aliased {
  readonly cluster: Cluster;
  /** With its leading slash and its query: `/` where there is none. */
  readonly path: string;
}

/** Whether a call names an alias (`@search/rpc2`) and not a server. */
export const isAliased = (target: string): boolean => target.startsWith("@");

/**
 * Looks `@name/path?query` up.
 *
 * @param verb shown in the error.
 * @throws SKITAI_AQUESTS_ALIAS_UNKNOWN, SKITAI_AQUESTS_ALIAS_KIND
 */
export const findAlias = ({ upstreams, pools }: Runtime, target: string, kinds: readonly UpstreamKind[], verb: string): Aliased => {
  const end = target.search(/[/?]/);
  const name = target.slice(1, end < 0 ? undefined : end);
  const rest = end < 0 ? "" : target.slice(end);
  const cluster = upstreams.get(name);
  if (!cluster) {
    const known = [...upstreams.names].map((alias) => `@${alias}`).join(", ") || "none";
    throw new AquestsError("SKITAI_AQUESTS_ALIAS_UNKNOWN", { name, value: `@${name}`, known });
  }
  if (!kinds.includes(cluster.kind)) throw new AquestsError("SKITAI_AQUESTS_ALIAS_KIND", { name, kind: cluster.kind, verb: `${verb}()` });
  closePoolsWith(cluster, pools);
  return { cluster, path: rest.startsWith("/") ? rest : `/${rest}` };
};

/** By pools: engines share their aliases with whoever asks for them. */
const watched = new WeakMap<Pools, WeakSet<Cluster>>();

/** Connections to a member are of no more use when it has been taken out. */
const closePoolsWith = (cluster: Cluster, pools: Pools): void => {
  const clusters = watched.get(pools) ?? new WeakSet();
  if (clusters.has(cluster)) return;
  watched.set(pools, clusters.add(cluster));
  cluster.on("removed", (member) => void pools.drop(clusterEndpoint(cluster, member)));
};
