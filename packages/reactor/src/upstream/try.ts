import type { ClusterMember } from "./tracked-member.ts";

/** One attempt to have a request answered. */
export interface Try {
  readonly member: ClusterMember;
  /** 0 for the first attempt of a request. */
  readonly number: number;
  /** To be set as soon as any byte of the request may have reached the member: what is not idempotent goes to no other one then. */
  sent: boolean;
  /** Aborts when the caller gives up, or when another member has answered. */
  readonly signal: AbortSignal;
  /**
   * Counts the request as under way, after the attempt has resolved, until `end` settles: for an answer whose body still arrives. That it
   * rejects counts against the member like a failed attempt, but no other member is asked any more.
   */
  keep(end: Promise<unknown>): void;
}

export class MemberTry implements Try {
  readonly member: ClusterMember;
  readonly number: number;
  sent = false;
  /** What the attempt has given to {@link keep}. */
  end: Promise<unknown> | undefined;
  #signal: AbortSignal | undefined;

  constructor(member: ClusterMember, number: number, signal: AbortSignal | undefined) {
    this.member = member;
    this.number = number;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= new AbortController().signal);
  }

  keep(end: Promise<unknown>): void {
    this.end = end;
  }
}
