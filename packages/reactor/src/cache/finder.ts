import type { Asked } from "./asked.ts";
import type { ForwardReason } from "./cache-status.ts";
import type { Known } from "./exchange.ts";
import { responsePolicy, type CacheKind, type ResponsePolicy } from "./response-policy.ts";
import type { CacheStore, StoredEntry, StoredHead } from "./store.ts";
import { selects } from "./vary.ts";

export interface Lookup {
  readonly known: Known | undefined;
  /** Why there is none. */
  readonly miss: ForwardReason;
}

/** Finds the stored response that a request selects. */
export class Finder {
  readonly #store: CacheStore;
  readonly #kind: CacheKind;
  /** What was read of heads that memory keeps. */
  readonly #policies = new WeakMap<StoredHead, ResponsePolicy>();

  constructor(store: CacheStore, kind: CacheKind) {
    this.#store = store;
    this.#kind = kind;
  }

  find(asked: Asked): Lookup | Promise<Lookup> {
    let isKnownKey = false;
    const matches = (head: StoredHead): boolean => {
      isKnownKey = true;
      return selects(asked.request, head, asked.hidden);
    };
    const best = (found: readonly StoredEntry[]): Lookup => ({ known: this.#newest(found), miss: isKnownKey ? "vary-miss" : "uri-miss" });
    const found = this.#store.find(asked.key, matches);
    return found instanceof Promise ? found.then(best) : best(found);
  }

  /** Of several that a request selects the newest counts (RFC 9111 section 4). */
  #newest(found: readonly StoredEntry[]): Known | undefined {
    let newest: Known | undefined;
    for (const entry of found) {
      const policy = this.#policyOf(entry.head);
      if (newest === undefined || policy.date > newest.policy.date) newest = { entry, policy };
    }
    return newest;
  }

  #policyOf(head: StoredHead): ResponsePolicy {
    let policy = this.#policies.get(head);
    if (policy === undefined) this.#policies.set(head, (policy = responsePolicy(head, this.#kind)));
    return policy;
  }
}
