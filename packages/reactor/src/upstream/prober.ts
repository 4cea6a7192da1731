import { ReactorError } from "../errors.ts";
import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { waitingTime, type Duration } from "../units.ts";
import type { ClusterMember, TrackedMember } from "./tracked-member.ts";

/** Asks each member from time to time whether it is well. */
export interface ProbeOptions {
  /** Resolves to whether the member is well. It should give up when `signal` aborts; rejecting means no. */
  check: (member: ClusterMember, signal: AbortSignal) => Promise<boolean>;
  /** The time between two probes of a member. @default "10s" */
  interval?: Duration;
  /** A probe that takes longer has failed. @default "2s" */
  timeout?: Duration;
  /** Good probes in a row that bring a member back. @default 2 */
  healthyAfter?: number;
  /** Bad probes in a row that take a member out. @default 3 */
  unhealthyAfter?: number;
}

/** {@link ProbeOptions} with times in milliseconds. */
export interface ResolvedProbe {
  readonly check: ProbeOptions["check"];
  readonly interval: number;
  readonly timeout: number;
  readonly healthyAfter: number;
  readonly unhealthyAfter: number;
}

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
export const resolveProbe = (options: ProbeOptions | undefined): ResolvedProbe | undefined => {
  if (options === undefined) return undefined;
  refuseUnknown("probe", options, { check: true, interval: true, timeout: true, healthyAfter: true, unhealthyAfter: true });
  if (typeof options.check !== "function")
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", {
      what: "probe.check",
      value: options.check,
      hint: "Use a function (member, signal) that resolves to true or false.",
    });
  return {
    check: options.check,
    interval: Math.max(1, waitingTime(options.interval ?? "10s", "probe.interval")),
    timeout: Math.max(1, waitingTime(options.timeout ?? "2s", "probe.timeout")),
    healthyAfter: wholeNumber("probe.healthyAfter", options.healthyAfter ?? 2, 1),
    unhealthyAfter: wholeNumber("probe.unhealthyAfter", options.unhealthyAfter ?? 3, 1),
  };
};

export interface ProberParts {
  readonly members: () => readonly TrackedMember[];
  /** A probe has brought a member back or taken one out. */
  readonly changed: () => void;
}

/** Probes the members of one cluster, all at the same time, round by round. */
export class Prober {
  readonly #options: ResolvedProbe;
  readonly #parts: ProberParts;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(options: ResolvedProbe, parts: ProberParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Probes at once, and then at every interval. */
  start(): void {
    if (this.#timer !== undefined || this.#stop.signal.aborted) return;
    this.#timer = setInterval(() => this.#probeAll(), this.#options.interval).unref();
    this.#probeAll();
  }

  /** Ends with the probes that are under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#round;
  }

  #probeAll(): void {
    // A round that lasts longer than the interval is not overtaken.
    this.#round ??= Promise.all(this.#parts.members().map((member) => this.#probe(member))).then(() => {
      this.#round = undefined;
    });
  }

  async #probe(member: TrackedMember): Promise<void> {
    if (member.isDraining) return;
    const isWell = await this.#ask(member);
    if (isWell === undefined) return;
    member.goodProbes = isWell ? member.goodProbes + 1 : 0;
    member.badProbes = isWell ? 0 : member.badProbes + 1;
    const { healthyAfter, unhealthyAfter } = this.#options;
    const isIn = !member.failsProbes && member.downUntil === 0;
    if (!isIn && member.goodProbes >= healthyAfter) {
      member.failsProbes = false;
      member.downUntil = 0;
    } else if (!member.failsProbes && member.badProbes >= unhealthyAfter) member.failsProbes = true;
    else return;
    this.#parts.changed();
  }

  /** Undefined when it was stopped meanwhile. */
  async #ask(member: TrackedMember): Promise<boolean | undefined> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("The probe took too long.", "TimeoutError")), this.#options.timeout).unref();
    const signal = AbortSignal.any([this.#stop.signal, late.signal]);
    const { promise: givenUp, resolve } = Promise.withResolvers<false>();
    signal.addEventListener("abort", () => resolve(false), { once: true });
    try {
      const isWell = await Promise.race([this.#options.check(member, signal), givenUp]);
      return this.#stop.signal.aborted ? undefined : isWell;
    } catch {
      return this.#stop.signal.aborted ? undefined : false;
    } finally {
      clearTimeout(timer);
    }
  }
}
