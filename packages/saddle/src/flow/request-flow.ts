import { runWith, type FlatHeaders } from "@skitai/reactor";
import type { AppParts } from "../app/parts.ts";
import { argsToCheck, handlerArgs } from "../args/merge.ts";
import type { Args } from "../args/fields.ts";
import { SaddleError } from "../errors.ts";
import { requestFailed, requestFinished, requestStarting, requestSuccess, requestTearingDown } from "../event/events.ts";
import { isThenable } from "@skitai/reactor/framework";
import { answerBody, ThrownAnswer, type AnswerBody } from "../response/answer.ts";
import { outcomeOf, sendData, sendOutcome, sendText } from "../response/deliver.ts";
import { isPlainData } from "../response/convert.ts";
import type { Route } from "../routing/route.ts";
import { argsSlot, responseSlot, type HandledWas } from "../was/slots.ts";
import type { Problem } from "./error-pages.ts";
import { isDeliberate, problemOf } from "./failure.ts";

/** Something was thrown, and nobody made an answer of it. */
class Failure {
  readonly error: unknown;
  /** What `beforeRequest` had set for every answer, so that it goes with an error page too. */
  headers: FlatHeaders = [];

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * From a route to its answer: hooks, arguments, handler, conversion, sending. Where an app has no hooks and a handler waits for nothing,
 * nothing here is a promise.
 */
export class RequestFlow {
  readonly #parts: AppParts;

  constructor(parts: AppParts) {
    this.#parts = parts;
  }

  run(was: HandledWas, route: Route): void | Promise<void> {
    const { hooks, events } = this.#parts;
    if (events.ownEvents)
      return runWith(was, () => (hooks.some || events.watchesRequests ? this.#hooked(was, route) : this.#plain(was, route)));
    return hooks.some || events.watchesRequests ? this.#hooked(was, route) : this.#plain(was, route);
  }

  #plain(was: HandledWas, route: Route): void | Promise<void> {
    let value: unknown;
    try {
      value = route.preworks || route.postworks ? this.#worked(was, route) : this.#called(was, route);
    } catch (error) {
      return this.fail(was, error);
    }
    if (!isThenable(value)) return this.#send(was, value, route);
    return Promise.resolve(value).then(
      (settled) => this.#send(was, settled, route),
      (error: unknown) => this.fail(was, error),
    );
  }

  /** Answers for something that was thrown; notes it in the log unless it was thrown on purpose. */
  fail(was: HandledWas, error: unknown): void | Promise<void> {
    if (!isDeliberate(error)) was.traceback(error);
    return this.#sendFailure(was, error);
  }

  /** Answers with an error page. */
  refuse(was: HandledWas, problem: Problem): void | Promise<void> {
    return this.#parts.pages.answer(was, problem);
  }

  /** The handler with its arguments. */
  #called(was: HandledWas, route: Route): unknown {
    const { check, handler } = route;
    if (!check) return handler(was, handlerArgs(was));
    const checked = this.#checked(was, check);
    return isThenable(checked) ? checked.then((args) => handler(was, args)) : handler(was, checked);
  }

  /** Arguments as the route declares them; `was.request.args` is the same from here on. */
  #checked(was: HandledWas, check: NonNullable<Route["check"]>): Args | Promise<Args> {
    const checked = check(argsToCheck(was));
    if (isThenable(checked)) return checked.then((args) => (was[argsSlot] = args));
    return (was[argsSlot] = checked);
  }

  /** The handler between what runs before and after it. */
  async #worked(was: HandledWas, route: Route): Promise<unknown> {
    const { check, handler } = route;
    const args = check ? await this.#checked(was, check) : undefined;
    for (const prework of route.preworks ?? []) {
      const answer: unknown = await prework(was);
      if (answer !== undefined && answer !== null) return answer;
    }
    const value: unknown = await handler(was, args ?? handlerArgs(was));
    for (const postwork of route.postworks ?? []) await postwork(was);
    return value;
  }

  /** The documented order of hooks and events around a request. */
  async #hooked(was: HandledWas, route: Route): Promise<void> {
    const { hooks } = this.#parts;
    this.#emit(was, requestStarting);
    const value = await this.#guarded(was, route);
    this.#emit(was, requestTearingDown);
    for (const teardown of hooks.teardown) {
      try {
        await teardown(was);
      } catch (error) {
        was.traceback(error);
      }
    }
    const sent = value instanceof Failure ? this.#sendFailure(was, value.error, value.headers) : this.#send(was, value, route);
    this.#emit(was, requestFinished);
    await sent;
  }

  /** What to answer, whatever happens. */
  async #guarded(was: HandledWas, route: Route): Promise<unknown> {
    let value: unknown;
    let preset: FlatHeaders = [];
    try {
      for (const before of this.#parts.hooks.before) {
        const answer: unknown = await before(was);
        if (answer !== undefined && answer !== null) return answerBody(answer);
        preset = [...(was[responseSlot]?.pending.headers ?? [])];
      }
      value = await (route.preworks || route.postworks ? this.#worked(was, route) : this.#called(was, route));
      // A handler may answer on was.res by itself.
      if (value !== undefined || !was.res.headersSent) value = converted(value, route);
    } catch (error) {
      const recovered = await this.#recovered(was, error);
      if (recovered instanceof Failure) recovered.headers = preset;
      return recovered;
    }
    this.#emit(was, requestSuccess);
    try {
      for (const finish of this.#parts.hooks.finish) await finish(was);
    } catch (error) {
      if (!isDeliberate(error)) was.traceback(error);
      return new Failure(error);
    }
    return value;
  }

  /** What `failedRequest` makes of a failure. */
  async #recovered(was: HandledWas, error: unknown): Promise<unknown> {
    if (isDeliberate(error)) return new Failure(error);
    was.traceback(error);
    this.#emit(was, requestFailed, error);
    for (const failed of this.#parts.hooks.failed) {
      try {
        const answer: unknown = await failed(was, error);
        if (answer !== undefined && answer !== null) return answerBody(answer);
      } catch (another) {
        if (isDeliberate(another)) return new Failure(another);
        was.traceback(another);
      }
    }
    return new Failure(error);
  }

  #send(was: HandledWas, value: unknown, route: Route): void | Promise<void> {
    try {
      if (was[responseSlot] === undefined) {
        if (typeof value === "string") return this.#caught(was, sendText(was, value));
        if (isPlainData(value)) return this.#caught(was, sendData(was, value));
      }
      if (value === undefined && was.res.headersSent) return;
      return this.#sendAnswer(was, converted(value, route));
    } catch (error) {
      return this.fail(was, error);
    }
  }

  #sendAnswer(was: HandledWas, value: SentValue): void | Promise<void> {
    const { status, headers, body } = outcomeOf(was, value);
    if (body === undefined) return this.#parts.pages.answer(was, { status, headers });
    return this.#caught(was, sendOutcome(was, { status, headers, body }));
  }

  /** A stream that fails before it begins ends in an error page. */
  #caught(was: HandledWas, sent: void | Promise<void>): void | Promise<void> {
    return sent?.catch((error: unknown) => this.fail(was, error));
  }

  #sendFailure(was: HandledWas, error: unknown, preset: FlatHeaders = []): void | Promise<void> {
    if (error instanceof ThrownAnswer) return this.#sendAnswer(was, error.answer);
    // What the handler had set describes an answer that is not sent.
    was[responseSlot] = undefined;
    const problem = problemOf(error, was.app.config.argumentErrorStatus, was.app.debug);
    return this.#parts.pages.answer(was, { ...problem, headers: [...preset, ...(problem.headers ?? [])] });
  }

  #emit(was: HandledWas, event: string, ...args: unknown[]): void {
    this.#parts.events.emit(event, was, args, (error) => was.traceback(error));
  }
}

type SentValue = Exclude<AnswerBody, undefined>;

/** Converts a value once, early enough that one which cannot be sent counts as a failure. */
const converted = (value: unknown, route: Route): SentValue => {
  if (value === undefined) throw new SaddleError("SKITAI_SADDLE_NO_RETURN", { rule: route.rule.text });
  return answerBody(value);
};
