import { Expiring } from "./expiring.ts";

interface Grant<Holder> {
  readonly holder: Holder;
  readonly token: number;
}

/** Who holds which lease. A token proves it, so that a holder whose lease ran out cannot end that of the next. */
export class LeaseTable<Holder> {
  readonly #grants = new Expiring<Grant<Holder>>();
  readonly #names = new Map<Holder, Set<string>>();
  #tokens = 0;

  /** The token of a new lease; null while somebody holds it. */
  take(holder: Holder, name: string, ttl: number): number | null {
    if (this.#grants.get(name)) return null;
    const token = ++this.#tokens;
    this.#grants.set(name, { holder, token }, ttl);
    const names = this.#names.get(holder);
    if (names) names.add(name);
    else this.#names.set(holder, new Set([name]));
    return token;
  }

  /** Whether it was still held. */
  renew(name: string, token: number, ttl: number): boolean {
    const grant = this.#grants.get(name)?.value;
    if (grant?.token !== token) return false;
    this.#grants.set(name, grant, ttl);
    return true;
  }

  release(name: string, token: number): void {
    const grant = this.#grants.get(name)?.value;
    if (grant?.token !== token) return;
    this.#grants.delete(name);
    this.#names.get(grant.holder)?.delete(name);
  }

  /** Ends all leases of a holder. */
  releaseAll(holder: Holder): void {
    for (const name of this.#names.get(holder) ?? []) {
      if (this.#grants.get(name)?.value.holder === holder) this.#grants.delete(name);
    }
    this.#names.delete(holder);
  }
}
