import { BlockList, isIP } from "node:net";
import { ReactorError } from "../errors.ts";
import { addRange } from "../internal/address-range.ts";
import { authorityOf } from "./request-rules.ts";
import type { NodeRequest } from "./types.ts";

/**
 * Believes `X-Forwarded-For`, `-Proto` and `-Host` from listed peers alone. With an empty list nobody is believed.
 */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #empty: boolean;

  /**
   * @param addresses IPv4 or IPv6 addresses and CIDR ranges, such as `"127.0.0.1"`, `"10.0.0.0/8"`, `"fd00::/8"`.
   * @throws SKITAI_REACTOR_BAD_OPTION
   */
  constructor(addresses: readonly string[]) {
    this.#empty = addresses.length === 0;
    for (const address of addresses) {
      if (addRange(this.#list, address)) continue;
      const hint = 'Use addresses or ranges such as "10.0.0.0/8".';
      throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "trustedProxies", value: address, hint });
    }
  }

  /** The peer's address; behind trusted peers the last address of `X-Forwarded-For` that is not trusted. */
  clientAddress(req: NodeRequest): string {
    const peer = plain(req.socket.remoteAddress ?? "");
    if (!this.#trusts(peer)) return peer;
    const hops = header(req, "x-forwarded-for")?.split(",") ?? [];
    let client = peer;
    for (let hop = hops.length - 1; hop >= 0; hop--) {
      const address = plain(hops[hop]!.trim());
      if (isIP(address) === 0) break;
      client = address;
      if (!this.#trusts(address)) break;
    }
    return client;
  }

  scheme(req: NodeRequest): "http" | "https" {
    const direct = Reflect.get(req.socket, "encrypted") === true ? "https" : "http";
    const told = this.#told(req, "x-forwarded-proto")?.toLowerCase();
    return told === "http" || told === "https" ? told : direct;
  }

  host(req: NodeRequest): string {
    return (this.#told(req, "x-forwarded-host") ?? authorityOf(req) ?? "").toLowerCase();
  }

  #told(req: NodeRequest, name: string): string | undefined {
    if (this.#empty) return undefined;
    const value = header(req, name);
    if (value === undefined || !this.#trusts(plain(req.socket.remoteAddress ?? ""))) return undefined;
    // Each proxy appends, so that the last value is the one of the peer that we trust.
    return value.slice(value.lastIndexOf(",") + 1).trim();
  }

  #trusts(address: string): boolean {
    if (this.#empty) return false;
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}

const header = (req: NodeRequest, name: string): string | undefined => {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
};

/** IPv4 in IPv6 form, as dual-stack sockets show it, is IPv4. */
const plain = (address: string): string => (address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address);
