import { BlockList, isIP } from "node:net";
import type { Endpoint } from "../core/endpoint.ts";
import { AquestsError } from "../errors.ts";
import { basic } from "./basic.ts";
import { bare } from "./connector.ts";
import { credentialsIn, endpointOf, parseUrl } from "./url.ts";

/** An HTTP proxy. */
export interface Proxy {
  readonly endpoint: Endpoint;
  /** The value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/** Which proxy stands before which server. */
export interface ProxyRules {
  /** For `http:` servers, and for `https:` ones. */
  readonly http: Proxy | undefined;
  readonly https: Proxy | undefined;
  /** Servers that are asked directly. */
  readonly bypasses: (endpoint: Endpoint) => boolean;
}

const never = (): boolean => false;

/**
 * The proxy of a URL: `http://user:password@host:port`.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET
 */
export const proxyOf = (url: string): Proxy => {
  const parsed = parseUrl(url);
  const auth = credentialsIn(parsed);
  return { endpoint: endpointOf(parsed), authorization: auth && basic(auth[0], auth[1] ?? "") };
};

/**
 * The proxies that a client's options name.
 *
 * @param proxy a URL, `"env"` for what the environment says, or false.
 * @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_BAD_OPTION
 */
export const proxyRules = (proxy: string | false | undefined, noProxy: readonly string[] | undefined): ProxyRules | undefined => {
  if (proxy === undefined || proxy === false) {
    if (noProxy) throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "noProxy", value: noProxy, hint: "It goes with proxy." });
    return undefined;
  }
  if (proxy !== "env") {
    const one = proxyOf(proxy);
    return { http: one, https: one, bypasses: noProxy ? bypassRule(noProxy) : never };
  }
  // eslint-disable-next-line node/no-process-env -- asked for, and the one place
  const env = process.env;
  const [http, https] = [env["http_proxy"], env["https_proxy"] ?? env["HTTPS_PROXY"]];
  const listed = (env["no_proxy"] ?? env["NO_PROXY"] ?? "").split(/[\s,]+/).filter((rule) => rule !== "");
  return {
    http: http ? proxyOf(http) : undefined,
    https: https ? proxyOf(https) : undefined,
    bypasses: bypassRule([...listed, ...(noProxy ?? [])]),
  };
};

/** The proxy that a request to that server goes through. */
export const proxyFor = (rules: ProxyRules | undefined, endpoint: Endpoint): Proxy | undefined => {
  if (!rules) return undefined;
  const proxy = endpoint.tls ? rules.https : rules.http;
  return proxy && !rules.bypasses(endpoint) ? proxy : undefined;
};

/**
 * Whether a server is among those of a list: names with their sub-domains, addresses, networks such as `10.0.0.0/8`, each with a port or
 * without; `*` is all.
 *
 * @throws SKITAI_AQUESTS_BAD_OPTION
 */
const bypassRule = (rules: readonly string[]): ((endpoint: Endpoint) => boolean) => {
  if (!Array.isArray(rules))
    throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "noProxy", value: rules, hint: 'Use a list: ["localhost"].' });
  const networks = new BlockList();
  const names: { readonly name: string; readonly port: number | undefined }[] = [];
  for (const rule of rules) {
    const [, network = "", prefix] = /^\[?([\da-f.:]+)\]?(?:\/(\d{1,3}))?$/i.exec(rule) ?? [];
    const version = isIP(network);
    const bits = version === 6 ? 128 : 32;
    if (version === 0 || Number(prefix ?? 0) > bits) {
      const [, name = "", port] = /^(?:\*?\.)?([^:/\s]+?)\.?(?::(\d+))?$/.exec(rule.toLowerCase()) ?? [];
      if (name === "")
        throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "noProxy", value: rule, hint: "Use names, addresses and networks." });
      names.push({ name, port: port === undefined ? undefined : Number(port) });
    } else networks.addSubnet(network, Number(prefix ?? bits), version === 6 ? "ipv6" : "ipv4");
  }
  return ({ host, port }) => {
    const name = bare(host).toLowerCase();
    const version = isIP(name);
    if (version !== 0 && networks.check(name, version === 6 ? "ipv6" : "ipv4")) return true;
    return names.some(
      (rule) => (rule.port ?? port) === port && (rule.name === "*" || name === rule.name || name.endsWith(`.${rule.name}`)),
    );
  };
};
