import { balance, Cluster, type ClusterMember, type Try } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";
import { Attempt } from "./attempt.ts";
import type { Call } from "./call.ts";
import { clusterEndpoint, type Endpoint } from "./endpoint.ts";
import { aquestsError, isDisconnect, memberFault } from "./faults.ts";
import { lead } from "./lead.ts";
import type { Reply } from "./operation.ts";
import type { Runtime } from "./runtime.ts";

/** The asking behind one call: which servers are asked for it, one after the other or several at once, and how they are told to stop. */
export class Inquiry<Data> {
  /** The server that answered, or that was asked last. */
  node = "";
  /** What it was asked for. */
  url = "";
  readonly #runtime: Runtime;
  readonly #call: Call<Data>;
  readonly #attempts: Attempt[] = [];
  /** Ends the wait for a member that has room. */
  #waiting: AbortController | undefined = undefined;
  #isOver = false;

  constructor(runtime: Runtime, call: Call<Data>) {
    this.#runtime = runtime;
    this.#call = call;
  }

  /** @param member the one member to ask, where all members of the alias are asked. */
  ask(member: ClusterMember | undefined): Promise<Reply<Data>> {
    const { target, operation } = this.#call;
    if (!(target instanceof Cluster)) return this.#send(target).then(undefined, (cause: unknown) => this.#again(target, cause));
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    if (member) return lead(target, member, signal, () => this.#send(clusterEndpoint(target, member)));
    return balance(target, (tried) => this.#try(target, tried), { idempotent: operation.idempotent, signal, failed: memberFault });
  }

  /** Tells those that were asked that nobody wants their answer, or its rest. */
  cancel(error: AquestsError): void {
    for (const attempt of this.#attempts) attempt.cancel(error);
  }

  /** Gives up: nobody else is asked. @param isLate because the time is up, which may speak against the server */
  giveUp(error: AquestsError, isLate: boolean): void {
    this.#isOver = true;
    this.cancel(error);
    // By its name the cluster knows that the member was too slow, and not that somebody turned away.
    this.#waiting?.abort(isLate ? new DOMException(error.message, "TimeoutError") : error);
  }

  /** Asks one server, once. */
  #send(endpoint: Endpoint): Promise<Reply<Data>> {
    // Nobody waits any longer: this speaks against no member, so that no other one is asked.
    if (this.#isOver) return Promise.reject(new AquestsError("SKITAI_AQUESTS_ABORTED", { reason: "it is over" }));
    if (this.#runtime.closed) return Promise.reject(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    const { operation } = this.#call;
    const attempt = new Attempt();
    this.#attempts.push(attempt);
    this.node = endpoint.address;
    try {
      this.url = operation.urlAt(endpoint);
      return operation.send(endpoint, attempt);
    } catch (error) {
      return Promise.reject(aquestsError(error));
    }
  }

  /** A kept connection may have been closed by the server just when it was used: that is no failure yet. */
  #again(endpoint: Endpoint, cause: unknown): Promise<Reply<Data>> {
    const sent = this.#attempts.at(-1)?.sent ?? false;
    if (this.#isOver || !isDisconnect(cause) || (sent && !this.#call.operation.idempotent)) throw cause;
    return this.#send(endpoint);
  }

  /** Asks one member of an alias, as one of perhaps several tries. */
  async #try(cluster: Cluster, tried: Try): Promise<Reply<Data>> {
    const endpoint = clusterEndpoint(cluster, tried.member);
    const sending = this.#send(endpoint);
    const attempt = this.#attempts.at(-1);
    // Where two are asked at once, the slower one is told.
    if (cluster.hedgeAfter !== undefined) {
      const slower = new AquestsError("SKITAI_AQUESTS_ABORTED", { reason: "another member was faster" });
      tried.signal.addEventListener("abort", () => attempt?.cancel(slower), { once: true });
    }
    try {
      const reply = await sending;
      this.node = endpoint.address;
      if (reply.untilEnd) tried.keep(reply.untilEnd());
      return reply;
    } catch (error) {
      tried.sent = attempt?.sent ?? false;
      throw error;
    }
  }
}
