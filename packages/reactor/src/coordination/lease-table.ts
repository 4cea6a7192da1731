import { Expiring } from "./expiring.ts";

interface Grant<Holder> {
  readonly holder: Holder;
  readonly token: number;
}

/** Who holds which lease. A token proves it, so that a holder whose lease ran out cannot end that of the next. */
export class LeaseTable<Holder> {
  readonly #grants = new Expiring<Grant<Holder>>();
  #tokens = 0;

  /** The token of a new lease; null while somebody holds it. */
  take(holder: Holder, name: string, ttl: number): number | null {
    if (this.#grants.get(name)) return null;
    const token = ++this.#tokens;
    this.#grants.set(name, { holder, token }, ttl);
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
    if (grant?.token === token) this.#grants.delete(name);
  }

  /** Ends all leases of a holder. A look at all leases when a process ends costs less than a list for each that would grow with every name. */
  releaseAll(holder: Holder): void {
    this.#grants.deleteWhere((grant) => grant.holder === holder);
  }
}
