import type { Alias } from "./alias.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import type { ClusterStatus } from "./cluster-status.ts";
import { Cluster } from "./cluster.ts";

export interface UpstreamsOptions {
  /** Told about each cluster when it is made, to listen to its events. */
  made?: (cluster: Cluster) => void;
}

/**
 * The clusters of one engine or client, by name. Each is made at its first use.
 *
 * @example
 * const upstreams = new Upstreams();
 * upstreams.define(parseAlias("@cache", "redis", "127.0.0.1"));
 * upstreams.get("@cache")?.members[0]?.address; // "127.0.0.1:6379"
 */
export class Upstreams implements AsyncDisposable {
  /** Definitions by name, without the leading `@`. */
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly #aliases = new Map<string, Alias>();
  readonly #options = new Map<string, ClusterOptions>();
  readonly #clusters = new Map<string, Cluster>();
  readonly #made: ((cluster: Cluster) => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: UpstreamsOptions = {}) {
    this.#made = options.made;
    this.aliases = this.#aliases;
  }

  /** Names without the leading `@`, in the order of their definition. */
  get names(): readonly string[] {
    return [...this.#aliases.keys()];
  }

  /**
   * Names a cluster. The first definition of a name stays.
   *
   * @param options go before those of the alias, one by one.
   */
  define(alias: Alias, options: ClusterOptions = {}): this {
    if (this.#aliases.has(alias.name)) return this;
    this.#aliases.set(alias.name, alias);
    this.#options.set(alias.name, options);
    return this;
  }

  /** The cluster of a name, with or without the leading `@`; undefined when nobody defined it. */
  get(name: string): Cluster | undefined {
    const bare = name.startsWith("@") ? name.slice(1) : name;
    return this.#clusters.get(bare) ?? this.#make(bare);
  }

  /** The figures of every cluster that is in use. */
  status(): Readonly<Record<string, ClusterStatus>> {
    return Object.fromEntries([...this.#clusters].map(([name, cluster]) => [name, cluster.status()]));
  }

  /** Closes every cluster; those that are made later are closed as well. */
  close(): Promise<void> {
    return (this.#closed ??= Promise.all([...this.#clusters.values()].map((cluster) => cluster.close())).then(() => {}));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #make(name: string): Cluster | undefined {
    const alias = this.#aliases.get(name);
    if (!alias) return undefined;
    const cluster = new Cluster(alias, this.#options.get(name));
    this.#clusters.set(name, cluster);
    this.#made?.(cluster);
    if (this.#closed) void cluster.close();
    return cluster;
  }
}
