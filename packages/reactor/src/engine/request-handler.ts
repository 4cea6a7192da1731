import type { HostTable } from "../host/host-table.ts";
import type { Stage, VirtualHost } from "../host/virtual-host.ts";
import type { Measured } from "../http/exchange.ts";
import type { Limits } from "../http/limits.ts";
import { peerAddress } from "../http/peer.ts";
import { authorityOf, hasLargeHead, needsLength, hostProblem } from "../http/request-rules.ts";
import { parseTarget } from "../http/request-target.ts";
import type { NodeRequest, NodeResponse } from "../http/types.ts";
import { HttpError, ReactorError } from "../errors.ts";
import type { Mount } from "../mount/types.ts";
import { isParting } from "../request/client-left.ts";
import { guardBody } from "../request/guard-body.ts";
import { respond } from "../response/respond.ts";
import { respondError } from "../response/error-page.ts";
import type { Was, WasClass } from "../was/was.ts";

export interface RequestHandlerParts {
  readonly hosts: HostTable;
  readonly limits: Limits;
  readonly health: { readonly live: string | undefined; readonly ready: string | undefined };
  readonly Was: WasClass;
  /** Called when a request has ended, with its `was`; undefined when nobody wants to know. */
  readonly finished: ((was: Was) => void) | undefined;
}

/** Requests since the start, for the status page. */
export interface RequestCounts {
  requests: number;
  /** Answers with a status from 500 on, and those that broke off. */
  failures: number;
}

/**
 * The path of every request: virtual host, then files, then stages, then the app with the longest mount point (see ARCHITECTURE.md).
 * Where nothing waits, nothing is a promise.
 */
export class RequestHandler {
  readonly counts: RequestCounts = { requests: 0, failures: 0 };
  /** Answers end their connections, because the engine is about to end. */
  draining = false;
  readonly #parts: RequestHandlerParts;
  readonly #timed: boolean;
  readonly #checksHealth: boolean;
  readonly #closed: ((this: Measured) => void) | undefined;

  constructor(parts: RequestHandlerParts) {
    this.#parts = parts;
    const { finished } = parts;
    this.#timed = finished !== undefined;
    // One listener for all requests, which finds the request by `this`.
    this.#closed =
      finished &&
      function (this: Measured) {
        finished(this.was!);
      };
    this.#checksHealth = parts.health.live !== undefined || parts.health.ready !== undefined;
  }

  /**
   * Answers one request.
   *
   * @param pass called instead of answering 404, where another server stands around this one.
   */
  readonly handle = (req: NodeRequest, res: NodeResponse, pass?: () => void): void => {
    this.counts.requests++;
    const url = req.url!;
    const target = parseTarget(url);
    const path = target?.path ?? "/";
    const { hosts, Was } = this.#parts;
    const host = hosts.only ?? hosts.find(target?.authority ?? authorityOf(req));
    const mount = host?.match(path);
    const was = new (mount?.app.Was ?? Was)(req, res, mount, path, this.#timed ? performance.now() : 0);
    if (this.#timed) this.#observe(was, res);
    if (this.draining && req.httpVersionMajor === 1) (res as { shouldKeepAlive?: boolean }).shouldKeepAlive = false;
    try {
      if (!target || (target.authority !== undefined && req.httpVersionMajor !== 1)) return void refuse(was, "This is no request target.");
      if (req.httpVersionMajor === 0) return void refuse(was, "HTTP/0.9 is not spoken here.");
      const problem = hostProblem(req);
      if (problem !== undefined) return void refuse(was, problem);
      if (target.authority !== undefined) useTarget(req, target.authority, target.url);
      if (hasLargeHead(req, this.#parts.limits)) return void refuse(was, "There are too many headers.", 431);
      if (url.length > this.#parts.limits.maxUrlSize) return void respondError(was, 414);
      if (this.#checksHealth && this.#answersHealth(was)) return;
      if (path === "*" || req.method === "CONNECT") return void this.#aboutServer(was);
      if (needsLength(req)) return void respondError(was, 411);
      if (!host) return void this.#unmatched(was, pass);
      this.#serve(was, host, mount, pass);
    } catch (error) {
      this.fail(was, error);
    }
  };

  /** Answers with the error page of what was thrown while handling a request, and notes it in the log if it is a fault of this side. */
  fail(was: Was, error: unknown): void {
    if (isParting(was, error) || (error instanceof ReactorError && error.code === "SKITAI_REACTOR_BODY_ABORTED"))
      return void was.res.destroy();
    const status = error instanceof HttpError ? error.status : 500;
    if (status >= 500) was.traceback(error, "", "server");
    const told = error instanceof HttpError ? { message: error.message, headers: [...error.headers] } : {};
    respondError(was, status, { ...told, error });
  }

  #serve(was: Was, host: VirtualHost, mount: Mount | undefined, pass: (() => void) | undefined): void {
    const { method } = was.req;
    const found = host.files !== undefined && (method === "GET" || method === "HEAD") && host.files.serve(was);
    if (found === true) return;
    if (found === false && host.stages.length === 0) return this.#toApp(was, mount, pass);
    this.#serveLater(was, host.stages, mount, found, pass).catch((error: unknown) => this.fail(was, error));
  }

  async #serveLater(
    was: Was,
    stages: readonly Stage[],
    mount: Mount | undefined,
    found: boolean | Promise<boolean>,
    pass: (() => void) | undefined,
  ): Promise<void> {
    if (await found) return;
    for (const stage of stages) if (await stage.handle(was)) return;
    this.#toApp(was, mount, pass);
  }

  #toApp(was: Was, mount: Mount | undefined, pass: (() => void) | undefined): void {
    if (!mount) return this.#unmatched(was, pass);
    if (was.path.length === mount.point.length) return void respond(was, 308, ["Location", slashForm(was)], null);
    if (mount.app.answersExpect !== true && !guardBody(was)) return;
    const done = mount.app.handle(was, pass);
    if (done) done.catch((error: unknown) => this.fail(was, error));
  }

  #unmatched(was: Was, pass: (() => void) | undefined): void {
    if (pass) pass();
    else respondError(was, 404);
  }

  #aboutServer(was: Was): void {
    if (was.req.method === "OPTIONS") return void respond(was, 204, ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"], null);
    respondError(was, was.req.method === "CONNECT" ? 405 : 400, {
      headers: was.req.method === "CONNECT" ? ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"] : [],
    });
  }

  #answersHealth(was: Was): boolean {
    const { live, ready } = this.#parts.health;
    if (was.path !== live && was.path !== ready) return false;
    const serving = was.path === live || !this.draining;
    void respond(
      was,
      serving ? 200 : 503,
      ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"],
      serving ? "ok\n" : "draining\n",
    );
    return true;
  }

  #observe(was: Was, res: NodeResponse): void {
    if (!isMeasured(res)) return;
    res.was = was;
    res.peer = peerAddress(was.req.socket);
    res.on("close", this.#closed!);
  }
}

/** What a server in front may have read in another way ends its connection (RFC 9112 section 11.2). */
const refuse = (was: Was, message: string, status = 400): void =>
  respondError(was, status, { message, headers: was.req.httpVersionMajor === 1 ? ["Connection", "close"] : [] });

/** What a target names counts for everybody, whatever `Host` says (RFC 9112 section 3.2.2). */
const useTarget = (req: NodeRequest, authority: string, url: string): void => {
  req.url = url;
  req.headers.host = authority;
};

const isMeasured = (res: NodeResponse): res is NodeResponse & Measured => "respondedAt" in res;

const slashForm = (was: Was): string => {
  const query = was.req.url!.indexOf("?");
  return `${was.baseUrl}/${query < 0 ? "" : was.req.url!.slice(query)}`;
};
