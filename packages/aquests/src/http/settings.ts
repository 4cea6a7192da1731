import { size, waitingTime, type Duration, type Size } from "@skitai/reactor";
import { cacheStore, HttpCache, type CacheStoreOptions } from "@skitai/reactor/cache";
import { checkSwitches } from "../core/check-call.ts";
import { AquestsError } from "../errors.ts";
import { cookieOption, type CookieKeeper } from "./cookies.ts";
import { isFieldValue } from "./fields.ts";
import { proxyRules, type ProxyRules } from "./proxy.ts";

/** How a client speaks HTTP. */
export interface HttpClientOptions {
  /** Most connections to one server at once. @default 128 */
  connections?: number;
  /** How long an idle connection is kept, unless the server names a time of its own. @default "4s" */
  keepAlive?: Duration;
  /** How many redirects to follow. @default 6 */
  redirects?: number;
  /** Largest body that is read, before and after its content encoding is undone. @default "64mb" */
  maxSize?: Size;
  /** The `User-Agent` header. @default "aquests (Skitai)" */
  userAgent?: string;
  /** Speak HTTP/2 where the server offers it in the TLS handshake. @default true */
  http2?: boolean;
  /** Speak HTTP/2 to `http:` servers too, without asking them: all of them must know it. @default false */
  h2c?: boolean;
  /** Do not verify certificates. @default false */
  insecure?: boolean;
  /** Certificates of authorities to trust, in PEM, instead of the well-known ones. */
  ca?: Pem | readonly Pem[];
  /** The client's certificate, in PEM, for servers that ask for one. */
  cert?: Pem;
  /** The key of that certificate, in PEM. */
  key?: Pem;
  /** The name that the servers' certificates must have. @default the host of the URL */
  servername?: string;
  /**
   * An HTTP proxy for all servers, `http://user:password@host:port`, or `"env"` for those that the environment names: `http_proxy`, `https_proxy`
   * and `no_proxy`. @default false
   */
  proxy?: string | false;
  /** Servers that are asked without the proxy: names with their sub-domains, addresses and networks, each with a port or without; `*` is all. */
  noProxy?: readonly string[];
  /** Keep cookies (RFC 6265) between calls; needs the package tough-cookie. Or a `CookieJar` of it. @default false */
  cookies?: boolean | CookieKeeper;
  /** Keep answers as HTTP allows it (RFC 9111), in memory, on disk or both. Or a cache that others use too, and close. @default none */
  cache?: CacheStoreOptions | HttpCache;
}

/** Text in PEM. */
export type Pem = string | Buffer;

/** How TLS is spoken, but for `insecure`, which a call may say too. */
export interface TlsSettings {
  readonly ca: Pem | Pem[] | undefined;
  readonly cert: Pem | undefined;
  readonly key: Pem | undefined;
  readonly servername: string | undefined;
}

/** {@link HttpClientOptions} with every default filled in. */
export interface HttpSettings {
  readonly connections: number;
  /** Milliseconds. */
  readonly keepAlive: number;
  readonly redirects: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly userAgent: string;
  readonly http2: boolean;
  readonly h2c: boolean;
  readonly insecure: boolean;
  readonly tls: TlsSettings;
  readonly proxies: ProxyRules | undefined;
  readonly cookies: true | CookieKeeper | undefined;
  readonly cache: HttpCache | undefined;
  /** The cache is the client's own, so that the client closes it. */
  readonly ownsCache: boolean;
}

/** The options by name, for checking. */
export const httpClientOptionNames: Readonly<Record<keyof HttpClientOptions, true>> = {
  connections: true,
  keepAlive: true,
  redirects: true,
  maxSize: true,
  userAgent: true,
  http2: true,
  h2c: true,
  insecure: true,
  ca: true,
  cert: true,
  key: true,
  servername: true,
  proxy: true,
  noProxy: true,
  cookies: true,
  cache: true,
};

/** @throws SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_SIZE */
export const resolveHttpSettings = (options: HttpClientOptions): HttpSettings => {
  const { ca, cert, key, servername, cache } = options;
  if ((cert === undefined) !== (key === undefined))
    throw bad(cert === undefined ? "cert" : "key", undefined, `It goes with ${cert === undefined ? "key" : "cert"}, which is given.`);
  const { http2, h2c, insecure } = options;
  checkSwitches({ http2, h2c, insecure });
  return {
    connections: wholeNumber("connections", options.connections ?? 128, 1),
    keepAlive: keepAliveOf(options.keepAlive ?? "4s"),
    redirects: wholeNumber("redirects", options.redirects ?? 6, 0),
    maxSize: size(options.maxSize ?? "64mb", "maxSize"),
    userAgent: userAgentOf(options.userAgent ?? "aquests (Skitai)"),
    http2: http2 ?? true,
    h2c: h2c ?? false,
    insecure: insecure ?? false,
    tls: { ca: Array.isArray(ca) ? [...(ca as readonly Pem[])] : (ca as Pem | undefined), cert, key, servername },
    proxies: proxyRules(options.proxy, options.noProxy),
    cookies: cookieOption(options.cookies),
    cache: cache instanceof HttpCache ? cache : cache && ownCache(cache),
    ownsCache: !(cache instanceof HttpCache),
  };
};

const ownCache = (options: CacheStoreOptions): HttpCache => {
  const hint = 'Say how large it may be: { memory: "64mb" }.';
  if (typeof options !== "object") throw bad("cache", options, hint);
  const store = cacheStore(options);
  if (!store) throw bad("cache", "empty", hint);
  return new HttpCache({ shared: false, store, name: "aquests" });
};

/** @throws SKITAI_AQUESTS_BAD_OPTION */
export const wholeNumber = (what: string, value: number, least: number): number => {
  if (Number.isInteger(value) && value >= least) return value;
  throw bad(what, value, `Use a whole number from ${least}.`);
};

const bad = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });

const userAgentOf = (value: string): string => {
  if (typeof value === "string" && isFieldValue(value)) return value;
  throw bad("userAgent", value, "Use text without line breaks, in Latin letters and signs.");
};

const keepAliveOf = (value: Duration): number => {
  const time = waitingTime(value, "keepAlive");
  if (time > 0) return time;
  throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "keepAlive", value, hint: "Use a time from 1 ms." });
};
