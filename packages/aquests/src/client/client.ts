import type { AliasOptions } from "@skitai/reactor";
import { ResultCache } from "@skitai/reactor/cache";
import { parseAlias, Upstreams } from "@skitai/reactor/upstream";
import { Pools } from "../core/pools.ts";
import type { Caller, Runtime } from "../core/runtime.ts";
import { resolveClientOptions, type ClientOptions } from "./options.ts";
import { services, type Services } from "./services.ts";

/** {@link Runtime} with what only its owner may do. */
export interface OwnRuntime extends Runtime {
  close(): Promise<void>;
}

/**
 * What the calls of one client share.
 *
 * @param upstreams the aliases, where they belong to somebody else, who also closes them.
 * @throws what is wrong with the options
 */
export const createRuntime = (options: ClientOptions, upstreams?: Upstreams): OwnRuntime => {
  const { timeout, maxResults, http, report } = resolveClientOptions(options);
  const own = upstreams ?? new Upstreams();
  for (const [name, [kind, members, given]] of Object.entries(options.aliases ?? {})) own.define(parseAlias(name, kind, members, given));
  const pools = new Pools();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await pools.close();
    if (http.ownsCache) await http.cache?.close();
    if (!upstreams) await own.close();
  };
  return {
    timeout,
    http,
    report,
    pools,
    upstreams: own,
    results: new ResultCache({ max: maxResults }),
    get closed(): boolean {
      return closing !== undefined;
    },
    close: () => (closing ??= close()),
  };
};

/** An asynchronous client for every kind of backend. See {@link createClient}. */
export interface Client extends Services {
  /**
   * Names a group of servers of one kind, for calls with `"@name/..."`.
   *
   * @throws SKITAI_REACTOR_BAD_ALIAS
   */
  alias(name: string, kind: string, members: string | readonly string[], options?: AliasOptions): Client;
  /** The aliases: members can be added, removed and switched off while calls are under way. */
  readonly upstreams: Upstreams;
  /** Closes all connections. Calls that are under way fail; later ones say that the client is closed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a client of its own, with its own connections, aliases and caches.
 *
 * @throws SKITAI_AQUESTS_BAD_OPTION and its kin
 * @example
 * const client = createClient({ timeout: "3s" });
 * const rs = await client.get("http://127.0.0.1:5000/");
 * await client.close();
 */
export const createClient = (options: ClientOptions = {}): Client => {
  const runtime = createRuntime(options);
  const client: Client = Object.create(null, {
    ...serviceProperties({ runtime }),
    upstreams: { value: runtime.upstreams, enumerable: true },
    alias: {
      value: (...definition: Parameters<Client["alias"]>) => {
        runtime.upstreams.define(parseAlias(...definition));
        return client;
      },
    },
    close: { value: runtime.close },
    [Symbol.asyncDispose]: { value: runtime.close },
  }) as Client;
  return client;
};

/** The verbs of a caller as properties, each made at its first use. */
export const serviceProperties = (caller: Caller): PropertyDescriptorMap =>
  Object.fromEntries(Object.keys(services).map((name) => [name, lazily(name as keyof Services, caller)]));

const lazily = (name: keyof Services, caller: Caller): PropertyDescriptor => {
  let made: unknown;
  return { get: () => (made ??= services[name](caller)), enumerable: true };
};
