import { LRUCache } from "lru-cache";
import { hostName, parseHostRule, type HostRule } from "./host-rule.ts";
import { VirtualHost } from "./virtual-host.ts";

export const defaultHost = "default";

/**
 * All virtual hosts. An exact name wins over a suffix, a longer suffix over a shorter one, and what nothing matches goes to the default host.
 */
export class HostTable {
  readonly #hosts = new Map<string, VirtualHost>();
  readonly #exact = new Map<string, VirtualHost>();
  readonly #suffixes: { suffix: string; host: VirtualHost }[] = [];
  /** Clients choose the names, hence the bound. */
  readonly #found = new LRUCache<string, { host: VirtualHost | undefined }>({ max: 1_000 });
  #only: VirtualHost | undefined;

  /** The host of a rule, made when it is new. */
  of(text: string): VirtualHost {
    const rule = text === defaultHost ? undefined : parseHostRule(text);
    const key = rule ? [...rule.exact, ...rule.suffixes].join(" ") : defaultHost;
    let host = this.#hosts.get(key);
    if (!host) {
      host = new VirtualHost(text);
      this.#hosts.set(key, host);
      if (rule) this.#index(rule, host);
      this.#found.clear();
      this.#only = this.#hosts.size === 1 && !rule ? host : undefined;
    }
    return host;
  }

  /** The host that answers for a `Host` header; undefined when there is none, not even a default one. */
  find(header: string | undefined): VirtualHost | undefined {
    if (header === undefined) return this.#hosts.get(defaultHost);
    const known = this.#found.get(header);
    if (known) return known.host;
    const host = this.#search(hostName(header)) ?? this.#hosts.get(defaultHost);
    // No name is longer (RFC 1035 section 2.3.4), and what clients invent is not worth the memory.
    if (header.length <= 262) this.#found.set(header, { host });
    return host;
  }

  /** The default host when there is no other, so that nobody need look at the `Host` header. */
  get only(): VirtualHost | undefined {
    return this.#only;
  }

  [Symbol.iterator](): IterableIterator<VirtualHost> {
    return this.#hosts.values();
  }

  #index(rule: HostRule, host: VirtualHost): void {
    for (const name of rule.exact) if (!this.#exact.has(name)) this.#exact.set(name, host);
    for (const suffix of rule.suffixes) this.#suffixes.push({ suffix, host });
    this.#suffixes.sort((a, b) => b.suffix.length - a.suffix.length);
  }

  #search(name: string): VirtualHost | undefined {
    return this.#exact.get(name) ?? this.#suffixes.find(({ suffix }) => name.endsWith(suffix))?.host;
  }
}
