import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Operation, Reply } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import { httpAgent } from "./agent.ts";
import type { HttpAnswer } from "./answer.ts";
import type { HttpRequest } from "./request.ts";
import { transact } from "./transact.ts";

/** One request by HTTP, to whichever server it is sent: redirects, credentials and cookies included. */
export class HttpOperation<Data> implements Operation<Data> {
  readonly method: string;
  readonly idempotent: boolean;
  readonly #caller: Caller;
  readonly #request: HttpRequest;
  readonly #decode: (answer: HttpAnswer) => Data;
  readonly #verb: string;

  constructor(caller: Caller, request: HttpRequest, { verb, name, idempotent, decode }: HttpOperationOptions<Data>) {
    this.method = name;
    this.idempotent = idempotent;
    this.#caller = caller;
    this.#request = request;
    this.#decode = decode;
    this.#verb = verb;
  }

  cacheKey(): string | undefined {
    const { method, path, fields, payload, auth, stream, redirects, insecure, proxy } = this.#request;
    if (stream || (payload && payload.key === undefined)) return undefined;
    // Whether a kept answer will do is not what the answer depends on.
    const { "cache-control": _, pragma: __, ...telling } = fields;
    const way = [redirects > 0, insecure, proxy?.endpoint.address];
    return JSON.stringify([this.#verb, method, path, telling, payload?.type, payload?.key, auth, way]);
  }

  urlAt(endpoint: Endpoint): string {
    return httpAgent(this.#caller.runtime).origin(endpoint).url + this.#request.path;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>> {
    const { runtime } = this.#caller;
    const answer = await transact(httpAgent(runtime), endpoint, this.#request, attempt, this.#caller.headers?.());
    const { statusCode, reason, version, headers, content, stream, untilEnd, url, history, cached } = answer;
    return { statusCode, reason, version, headers, content, stream, untilEnd, url, history, cached, data: this.#decode(answer) };
  }

  abandon(): void {
    this.#request.payload?.abandon?.();
  }
}

export interface HttpOperationOptions<Data> {
  /** What the user called: two verbs may make different data of the same answer. */
  readonly verb: string;
  readonly name: string;
  readonly idempotent: boolean;
  readonly decode: (answer: HttpAnswer) => Data;
}
