import type { AddressInfo, Socket } from "node:net";
import { ReactorError } from "../errors.ts";
import type { EngineCoordinator } from "../coordination/engine-coordinator.ts";
import type { LastUpdates } from "../coordination/last-updates.ts";
import type { Coordinator } from "../coordination/types.ts";
import { HostTable } from "../host/host-table.ts";
import type { Acceptor } from "../http/acceptor.ts";
import { requestInMemory } from "../http/in-memory.ts";
import { bindAddress, Listener, type ListenOptions } from "../http/listener.ts";
import { LocalAcceptor } from "../http/local-acceptor.ts";
import { Servers } from "../http/servers.ts";
import { checkTls } from "../http/tls.ts";
import type { NodeListener, NodeRequest } from "../http/types.ts";
import { makeDirectory } from "../internal/make-directory.ts";
import type { Loggers } from "../log/loggers.ts";
import type { ThreadPool } from "../threads/thread-pool.ts";
import { waitingTime, type Duration } from "../units.ts";
import type { Alias } from "../upstream/alias.ts";
import type { Upstreams } from "../upstream/upstreams.ts";
import type { StatusReport } from "../was/services.ts";
import type { Wac } from "../was/wac.ts";
import { createContext } from "./context.ts";
import { Deadline } from "./deadline.ts";
import { Embedding } from "./embedding.ts";
import { loggedUpstreams } from "./logged-upstreams.ts";
import { Extensible } from "./extensible.ts";
import { tellChange } from "./model-changed.ts";
import { Mounting } from "./mounting.ts";
import { resolveEngineOptions, type EngineOptions, type ResolvedEngineOptions } from "./options.ts";
import { runPlugins } from "./plugin.ts";
import { RequestHandler } from "./request-handler.ts";
import { RequestObserver } from "./request-observer.ts";
import { shutDown } from "./shutdown.ts";
import { reportStatus } from "./status.ts";

/**
 * An app engine: it mounts apps and directories, listens, and answers.
 *
 * @example
 * const engine = new Engine({ name: "shop" });
 * engine.mount("/", "./static");
 * engine.mount("/", app);
 * const { port } = await engine.listen({ port: 0 });
 */
export class Engine extends Extensible {
  readonly name: string;
  override readonly wac: Wac;
  readonly logs: Loggers;
  /** Aliases by name, without `@`. The first definition of a name stays. */
  readonly aliases: ReadonlyMap<string, Alias>;
  /** Clusters made of the aliases. */
  override readonly upstreams: Upstreams;
  /** For blocking work; undefined with `threads: 0`. */
  readonly threads: ThreadPool | undefined;
  readonly #options: ResolvedEngineOptions;
  readonly #hosts = new HostTable();
  readonly #mounting: Mounting;
  readonly #handler: RequestHandler;
  readonly #servers: Servers;
  readonly #observer: RequestObserver | undefined;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<Socket>();
  readonly #embedding: Embedding;
  readonly #coordination: EngineCoordinator;
  readonly #updates: LastUpdates;
  readonly #deadline = new Deadline();
  readonly #expecting = new WeakSet<NodeRequest>();
  readonly #bornAt = new Date();
  #prepared: Promise<void> | undefined;
  #loaded: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #successor = false;

  /** @throws SKITAI_REACTOR_BAD_OPTION and its kin; nothing is opened or read yet. */
  constructor(options: EngineOptions = {}) {
    super();
    const resolved = resolveEngineOptions(options);
    const { name, limits, health } = resolved;
    this.#options = resolved;
    this.name = name;
    const { logs, wac, Was, coordination, updates, threads } = createContext({
      options: resolved,
      hosts: this.#hosts,
      expecting: this.#expecting,
      status: (filter) => this.status(filter),
      failed: () => void this.#handler.counts.failures++,
      emit: (event) => void this.events.emit(event),
      changed: (key, args) => tellChange(this.#hosts, this.events, key, args),
    });
    this.#coordination = coordination;
    this.#updates = updates;
    this.threads = threads;
    if (threads) this.section("threads", () => threads.status());
    this.logs = logs;
    this.wac = wac;
    this.upstreams = loggedUpstreams(() => logs.get("server"));
    this.aliases = this.upstreams.aliases;
    this.section("upstreams", () => this.upstreams.status());
    this.#mounting = new Mounting({
      directory: resolved.directory,
      hosts: this.#hosts,
      wac,
      Was,
      additions: this.additions,
      isSuccessor: () => this.#successor,
    });
    this.#observer =
      resolved.requestLog === false
        ? undefined
        : new RequestObserver(resolved, logs, () => this.#connections.size + this.#listeners.length);
    this.#handler = new RequestHandler({ hosts: this.#hosts, limits, health, Was, finished: this.#observer?.finished });
    this.#embedding = new Embedding(this.#handler.handle);
    this.#servers = new Servers({ limits, timed: this.#observer !== undefined, listener: this.#handler.handle, expecting: this.#expect });
  }

  /**
   * Declares keys whose last update all workers share: {@link Was.setlu}, {@link Was.getlu}.
   *
   * @throws SKITAI_REACTOR_ALREADY_LISTENING when apps are being loaded.
   * @example engine.addlu("tables.users", "tables.photos");
   */
  addlu(...keys: readonly string[]): this {
    this.beforeLoading("addlu()");
    this.#updates.declare(keys);
    return this;
  }

  /** What this engine's workers share: messages, update times, leases, counters. Also `wac.coordinator`. */
  get coordinator(): Coordinator {
    return this.#coordination.get();
  }

  /** Takes the coordinator of the service that this engine runs in; `run()` does. @throws SKITAI_REACTOR_BAD_OPTION when it was used before */
  coordinate(coordinator: Coordinator): void {
    this.#coordination.take(coordinator);
  }

  /** Lets apps know that this process takes the place of a worker that served before; `run()` does. */
  takeOver(): void {
    this.#successor = true;
  }

  /** Leaves requests out of the request log: `"*.css"` by their end, `"/static/"` by their beginning. `/` itself is always logged. */
  logOff(...patterns: string[]): this {
    this.#observer?.logOff(...patterns);
    return this;
  }

  /** What to watch for changes, when apps want to be reloaded. */
  get watchPaths(): readonly string[] {
    return [...this.#hosts].flatMap((host) => host.mounts.flatMap(({ app }) => app.watch ?? []));
  }

  /**
   * Runs the plugins and looks every mount target up, but loads no app. Called by {@link listen} too; a master calls only this.
   *
   * @throws SKITAI_REACTOR_NO_MOUNT, SKITAI_REACTOR_PLUGIN_FAILED, SKITAI_REACTOR_TARGET_NOT_FOUND, SKITAI_REACTOR_LOG_FAILED
   */
  prepare(): Promise<void> {
    return (this.#prepared ??= this.#prepare());
  }

  /**
   * Opens a port and serves. May be called again for further ports.
   *
   * @param acceptor where connections come from, when it is not a socket of this process.
   * @throws SKITAI_REACTOR_PORT_IN_USE, SKITAI_REACTOR_BAD_CERTIFICATE and what {@link prepare} throws
   */
  async listen(options: ListenOptions = {}, acceptor: Acceptor = new LocalAcceptor()): Promise<{ address: string; port: number }> {
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    const listener = new Listener(options, acceptor, {
      servers: this.#servers,
      limits: this.#options.limits,
      connections: this.#connections,
    });
    await this.#load();
    // It may have been closed at either of the two waits.
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    const { address, port }: AddressInfo = await listener.open();
    if (this.#closed) {
      await listener.stop();
      throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    }
    this.#listeners.push(listener);
    this.logs
      .get("server")
      .log(
        `${this.name} (${this.wac.workerId === "M" ? "master" : `worker #${this.wac.workerId.slice(1)}`}) started on ${address}:${port}`,
      );
    this.events.emit("listening", address, port);
    return { address, port };
  }

  /** Checks what {@link listen} would open, without opening it. @throws SKITAI_REACTOR_BAD_CERTIFICATE */
  check(options: ListenOptions): void {
    bindAddress(options);
    if (options.tls) checkTls(options.tls);
  }

  /** Answers a request in memory, through the same code as a connection. */
  async request(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    await this.#load();
    return requestInMemory(this.#servers.memory, input, init);
  }

  /**
   * This engine as a listener for another server: `http.createServer(engine.listener())`, or middleware of Express.
   * What nothing here answers goes to `next`, where there is one. Once {@link close} is called, everything does, or gets 503.
   *
   * @throws SKITAI_REACTOR_ALREADY_CLOSED
   */
  listener(): NodeListener {
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    return this.#embedding.listener(this.#load());
  }

  /**
   * Ends the engine: no new connections, requests under way are answered until the deadline, then apps are told and logs are written out.
   *
   * @param options `timeout` until connections are cut. Default `"30s"`. A further call can shorten it.
   */
  close(options: { timeout?: Duration } = {}): Promise<void> {
    this.#deadline.within(waitingTime(options.timeout ?? "30s", "timeout"));
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The state of every component that has one, or of the one named `filter`. */
  status(filter?: string): StatusReport {
    const { requests, failures } = this.#handler.counts;
    const server = { started: this.#bornAt, requests, failures, connections: this.#connections.size, draining: this.#handler.draining };
    return reportStatus({ wac: this.wac, hosts: this.#hosts, aliases: this.aliases, sections: this.additions.sections, server }, filter);
  }

  async #prepare(): Promise<void> {
    const { varPath } = this.#options;
    if (varPath !== undefined) await makeDirectory(varPath, { mode: 0o700 });
    await this.logs.open();
    await runPlugins(this.plugins, this);
    this.plugged = true;
    // A bootstrap may mount more, hence no iteration over a copy.
    for (const request of this.requests) await this.#mounting.find(request);
    if (this.requests.length === 0 && this.additions.stages.length === 0) throw new ReactorError("SKITAI_REACTOR_NO_MOUNT");
    this.complete = true;
  }

  #load(): Promise<void> {
    return (this.#loaded ??= this.#mountAll());
  }

  async #mountAll(): Promise<void> {
    await this.prepare();
    this.loading = true;
    await this.#updates.start();
    for (const request of this.requests) {
      if (this.#closed) break;
      await this.#mounting.load(request);
    }
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    await this.#mounting.complete(this.#options);
    this.events.emit("mounted");
  }

  async #close(): Promise<void> {
    this.#handler.draining = true;
    this.events.emit("draining");
    await shutDown(
      {
        listeners: this.#listeners,
        servers: this.#servers,
        connections: this.#connections,
        embedding: this.#embedding,
        hosts: this.#hosts,
        loading: this.#loaded ?? this.#prepared ?? Promise.resolve(),
        log: (message) => this.logs.get("server").log(message, "error"),
      },
      this.#deadline,
    );
    await Promise.all([this.threads?.close(), this.#coordination.close()]);
    this.events.emit("closed");
    await this.upstreams.close();
    await this.logs.close();
    this.#deadline.end();
  }

  readonly #expect: NodeListener = (req, res) => {
    this.#expecting.add(req);
    this.#handler.handle(req, res);
  };
}
