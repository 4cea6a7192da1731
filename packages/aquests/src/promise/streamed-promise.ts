import { reasonOf } from "@skitai/reactor";
import { escapeHtml } from "@skitai/reactor/framework";
import type { Backends } from "../client/backend.ts";
import { services, type Services } from "../client/services.ts";
import { Dispatch } from "../core/dispatch.ts";
import type { Result } from "../core/result.ts";
import type { Caller } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import { Chunks } from "./chunks.ts";

/** A result as a promise's handler gets it: with the name of its request. */
export type NamedResult = Result<unknown> & { readonly id: string };

/** Called for each answer, one after the other. */
export type PromiseHandler = (promise: StreamedPromise, result: NamedResult) => unknown;

/** What a promise needs of the request that it answers. */
export interface PromiseContext {
  /** Renders a template; undefined where nobody can. */
  readonly render: ((template: string, data: Record<string, unknown>) => unknown) | undefined;
  /** Whether details of an error may be shown to the client. */
  readonly debug: boolean;
  readonly logError: (error: unknown) => void;
}

/** The verbs of a promise: those of `was` with the name of the request in front. */
export type PromiseVerbs = { readonly [Name in keyof Services]: Name extends "backend" ? NamedBackend : Named<Services[Name]> };

/** `backend` with a name in front; what it gives depends on the kind of the alias. */
type NamedBackend = <Kind extends keyof Backends = "sql">(
  id: string,
  alias: `@${string}`,
  options?: Backends[Kind]["options"],
) => Backends[Kind]["one"];

/** A verb, which may be called in one or two ways, with a name in front. */
type Named<Verb> = Verb extends { (...args: infer One): infer Sent; (...args: infer Other): infer Gone }
  ? { (id: string, ...args: One): Sent; (id: string, ...args: Other): Gone }
  : never;

// The verbs are put on the prototype below.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface StreamedPromise extends PromiseVerbs {}

/**
 * A response made of several requests: one handler gets their answers as they come, and sends what it makes of them. Properties are free for
 * what the handler collects; templates see them.
 *
 * @example
 * app.route("/both", (was) => {
 *   const promise = was.promise((promise, rs) => {
 *     promise[rs.id] = rs.text;
 *     if (promise.fulfilled()) promise.settle(promise.render("both.html"));
 *   });
 *   promise.get("users", "@users/list");
 *   promise.get("photos", "@photos/latest");
 *   return promise;
 * });
 */
export class StreamedPromise implements AsyncIterable<string | Uint8Array> {
  [name: string]: unknown;
  readonly #caller: Caller;
  readonly #context: PromiseContext;
  readonly #handler: PromiseHandler;
  readonly #chunks: Chunks = new Chunks(() => this.#left());
  readonly #underWay = new Set<Dispatch<unknown>>();
  #turn: Promise<void> = Promise.resolve();
  #asked = 0;
  #answered = 0;
  #state: "pending" | "settled" | "rejected" = "pending";
  #patience: NodeJS.Timeout | undefined = undefined;

  /** @internal */
  constructor(caller: Caller, context: PromiseContext, handler: PromiseHandler, data: Readonly<Record<string, unknown>> = {}) {
    this.#caller = caller;
    this.#context = context;
    this.#handler = handler;
    for (const [name, value] of Object.entries(data)) this.set(name, value);
  }

  /** The answers to all requests have come. */
  fulfilled(): boolean {
    return this.#asked === this.#answered;
  }

  /** Neither settled nor rejected. */
  pending(): boolean {
    return this.#state === "pending";
  }

  settled(): boolean {
    return this.#state === "settled";
  }

  rejected(): boolean {
    return this.#state === "rejected";
  }

  /** Keeps a value for templates and for later answers; the same as setting the property. @throws SKITAI_AQUESTS_BAD_OPTION for a name of a method */
  set(name: string, value: unknown): void {
    if (name in StreamedPromise.prototype)
      throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", {
        what: "A name in a promise",
        value: name,
        hint: "It has a method of that name.",
      });
    this[name] = value;
  }

  /** Renders a template with everything that was kept here. */
  render(template: string, data: Readonly<Record<string, unknown>> = {}): unknown {
    const { render } = this.#context;
    if (!render)
      throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", {
        what: "render()",
        value: template,
        hint: "This app has no templates: its `was` cannot render.",
      });
    return render(template, Object.assign(Object.create(null) as Record<string, unknown>, this, data));
  }

  /** Sends a part of the response. */
  send(chunk: string | Uint8Array): this {
    if (this.pending()) this.#chunks.push(chunk);
    return this;
  }

  /** Ends the response, with a last part if there is one. A promise of that part is waited for. */
  settle(last?: unknown): void {
    if (!this.pending()) return;
    if (typeof last === "object" && last !== null && "then" in last) {
      Promise.resolve(last).then(
        (part) => this.settle(part),
        (error: unknown) => this.#failed(error),
      );
      return;
    }
    if (last !== undefined && last !== null)
      this.send(typeof last === "string" || last instanceof Uint8Array ? last : JSON.stringify(last));
    this.#end("settled");
  }

  /** Ends the response with a note that it failed. */
  reject(message = "Error Occurred While Processing"): void {
    if (!this.pending()) return;
    this.send(`<div style="padding: 8px; border: 1px solid #000; background-color: #efefef;"><h1>${escapeHtml(message)}</h1></div>`);
    this.#end("rejected");
  }

  [Symbol.asyncIterator](): AsyncIterator<string | Uint8Array> {
    this.#watch();
    return this.#chunks;
  }

  /** The caller of the request with that name. @internal */
  named(id: string): Caller {
    const { runtime } = this.#caller;
    return {
      runtime,
      ...(this.#caller.headers && { headers: () => this.#caller.headers!() }),
      begin: (call, member) => {
        const dispatch = new Dispatch(runtime, call, member);
        this.#asked++;
        this.#underWay.add(dispatch as Dispatch<unknown>);
        void this.#attend(id, dispatch.start() as Dispatch<unknown>);
        return dispatch;
      },
    };
  }

  async #attend(id: string, dispatch: Dispatch<unknown>): Promise<void> {
    const result = await dispatch;
    this.#underWay.delete(dispatch);
    // One after the other, in the order of the answers, also where the handler waits for something.
    this.#turn = this.#turn.then(async () => {
      this.#answered++;
      // Nobody will read what is handed over now.
      if (!this.pending()) return void result.stream?.destroy();
      try {
        await this.#handler(this, Object.defineProperty(result, "id", { value: id, enumerable: true }) as NamedResult);
      } catch (error) {
        this.#failed(error);
      }
      this.#watch();
    });
  }

  #failed(error: unknown): void {
    this.#context.logError(error);
    this.reject(this.#context.debug ? reasonOf(error) : undefined);
  }

  /** A promise that nobody settles any more would keep its client waiting for ever. */
  #watch(): void {
    clearTimeout(this.#patience);
    const { timeout } = this.#caller.runtime;
    if (!this.pending() || !this.fulfilled() || timeout === 0) return;
    this.#patience = setTimeout(() => {
      if (this.fulfilled()) this.#failed(new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout }));
    }, timeout);
  }

  #end(state: "settled" | "rejected"): void {
    clearTimeout(this.#patience);
    this.#state = state;
    this.#chunks.end();
  }

  /** The client has gone: nobody wants the other answers. */
  #left(): void {
    if (!this.pending()) return;
    this.#end("rejected");
    for (const dispatch of this.#underWay) dispatch.abort();
  }
}

for (const name of Object.keys(services) as (keyof Services)[]) {
  Object.defineProperty(StreamedPromise.prototype, name, {
    value(this: StreamedPromise, id: string, ...args: unknown[]): unknown {
      const verb = services[name](this.named(id)) as (...args: unknown[]) => unknown;
      return verb(...args);
    },
  });
}
