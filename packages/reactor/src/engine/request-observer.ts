import type { Socket } from "node:net";
import type { Measured } from "../http/exchange.ts";
import { authorityOf } from "../http/request-rules.ts";
import type { NodeRequest } from "../http/types.ts";
import type { Loggers } from "../log/loggers.ts";
import { RequestLog } from "../log/request-log.ts";
import type { Was } from "../was/was.ts";
import type { ResolvedEngineOptions } from "./options.ts";

/** How much of a connection's output earlier log lines have accounted for. */
const accounted: unique symbol = Symbol("accounted bytes");

interface AccountedSocket extends Socket {
  [accounted]?: number;
}

/** Writes the log line of each request when its answer has left, or its client has. */
export class RequestObserver {
  readonly #log: RequestLog;
  readonly #worker: string;
  readonly #activeSockets: () => number;

  constructor(options: ResolvedEngineOptions, logs: Loggers, activeSockets: () => number) {
    this.#log = new RequestLog(logs.get("request"), { json: options.requestLog === "json" });
    this.#log.logOff(...options.logOff);
    this.#worker = options.workerId;
    this.#activeSockets = activeSockets;
  }

  logOff(...patterns: string[]): void {
    this.#log.logOff(...patterns);
  }

  readonly finished = (was: Was): void => {
    const { req } = was;
    const res = was.res as typeof was.res & Measured;
    // Below the mount of a foreign app `req.url` is cut.
    const url = (Reflect.get(req, "originalUrl") as string | undefined) ?? req.url ?? "";
    if (this.#log.excluded(url)) return;
    const { headers } = req;
    const now = performance.now();
    const respondedAt = res.respondedAt || now;
    this.#log.write({
      remoteAddress: res.peer,
      host: authorityOf(req),
      method: req.method!,
      url,
      version: versionOf(req),
      requestBytes: (req as { received?: number }).received ?? 0,
      status: res.statusCode,
      replyBytes: req.httpVersionMajor === 1 ? sentBytes(req) : res.bodyBytes,
      gtxid: was.gtxid,
      ltxid: was.ltxid,
      user: was.userName,
      token: bearer(headers.authorization),
      referer: headers.referer,
      userAgent: headers["user-agent"],
      forwardedFor: headers["x-forwarded-for"] as string | undefined,
      worker: this.#worker,
      activeSockets: this.#activeSockets(),
      handlingMs: respondedAt - was.startedAt,
      transferMs: now - respondedAt,
    });
  };
}

const versionOf = (req: NodeRequest): string =>
  req.httpVersionMajor === 2 ? "HTTP/2.0" : req.httpVersionMinor === 1 ? "HTTP/1.1" : "HTTP/1.0";

const bearer = (authorization: string | undefined): string | undefined =>
  authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined;

/** Header, body and framing of an HTTP/1.x answer, as its connection counted them since the one before. */
const sentBytes = (req: NodeRequest): number => {
  const socket: AccountedSocket = req.socket;
  const total = socket.bytesWritten;
  const before = socket[accounted] ?? 0;
  socket[accounted] = total;
  return total - before;
};
