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
  readonly #key: string | undefined;

  constructor(caller: Caller, request: HttpRequest, { name, idempotent, key, decode }: HttpOperationOptions<Data>) {
    this.method = name;
    this.idempotent = idempotent;
    this.#caller = caller;
    this.#request = request;
    this.#decode = decode;
    this.#key = key;
  }

  cacheKey(): string | undefined {
    const { method, path, fields, payload, auth, stream } = this.#request;
    if (stream || (payload && payload.key === undefined)) return undefined;
    // Whether a kept answer will do is not what the answer depends on.
    const { "cache-control": _, pragma: __, ...telling } = fields;
    return this.#key ?? JSON.stringify([method, path, telling, payload?.type, payload?.key, auth]);
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
}

export interface HttpOperationOptions<Data> {
  readonly name: string;
  readonly idempotent: boolean;
  readonly key: string | undefined;
  readonly decode: (answer: HttpAnswer) => Data;
}
