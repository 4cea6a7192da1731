import { createHash, randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { NodeRequest } from "../http/types.ts";

const connectionNumber: unique symbol = Symbol("connection number");

/** Makes the ids of one process: they differ from those of every other process of the fleet. */
export class TransactionIdentity {
  readonly #process: string;
  #connections = 0;
  #requests = 0;

  constructor(name: string) {
    const site = createHash("sha256").update(name).digest("hex").slice(0, 4);
    this.#process = `GTID-${site}${randomBytes(4).toString("hex")}`;
  }

  /** `GTID-<process>-C<connection>-R<request>`, counted per process. */
  next(socket: Socket & { [connectionNumber]?: number }): string {
    const connection = (socket[connectionNumber] ??= ++this.#connections);
    return `${this.#process}-C${connection}-R${++this.#requests}`;
  }
}

/**
 * The ids of one transaction through several servers (`X-Gtxn-Id`, `X-Ltxn-Id`) and its W3C trace context.
 *
 * The first server makes the global id and has the local id 1000. It sends 1001, 1002, ... to those that it calls; each receiver adds 1000.
 */
export class Transaction {
  readonly gtxid: string;
  /** This server's own number; it never changes. */
  readonly ltxid: number;
  readonly tracestate: string | undefined;
  #traceparent: string | undefined;
  #calls = 0;

  private constructor(gtxid: string, ltxid: number, traceparent: string | undefined, tracestate: string | undefined) {
    this.gtxid = gtxid;
    this.ltxid = ltxid;
    this.#traceparent = traceparent;
    this.tracestate = tracestate;
  }

  /** The `traceparent` to hand on (W3C Trace Context level 1): the client's, or a new one. */
  get traceparent(): string {
    return (this.#traceparent ??= `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`);
  }

  /** The transaction of a request. Ids that are not well-formed count as absent. */
  static of(req: NodeRequest, identity: TransactionIdentity): Transaction {
    const headers = req.headers;
    const gtxid = one(headers["x-gtxn-id"]);
    const parent = one(headers["traceparent"]);
    const trusted = gtxid !== undefined && /^[\w.:-]{1,64}$/.test(gtxid);
    const ltxid = trusted ? localId(one(headers["x-ltxn-id"])) : 0;
    const carried = parent !== undefined && /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/.test(parent);
    return new Transaction(
      trusted ? gtxid : identity.next(req.socket),
      ltxid + 1000,
      carried ? parent : undefined,
      carried ? one(headers["tracestate"]) : undefined,
    );
  }

  /** The headers of one call to another server; each call counts. */
  outgoing(): Record<string, string> {
    const headers: Record<string, string> = {
      "x-gtxn-id": this.gtxid,
      "x-ltxn-id": String(this.ltxid + ++this.#calls),
      traceparent: this.traceparent,
    };
    if (this.tracestate !== undefined) headers["tracestate"] = this.tracestate;
    return headers;
  }
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const localId = (value: string | undefined): number => (value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : 0);
