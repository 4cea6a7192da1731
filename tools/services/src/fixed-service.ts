import type { RunningService, ServerProcess, Share } from "./contract.ts";

/** A server that keeps nothing of its users: all get the same address. */
export class FixedService<Address> implements RunningService<Address> {
  readonly process: ServerProcess;
  readonly #address: Address;

  constructor(address: Address, process: ServerProcess) {
    this.#address = address;
    this.process = process;
  }

  share(): Promise<Share<Address>> {
    return Promise.resolve({ address: this.#address, release: () => Promise.resolve() });
  }
}
