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
}

export class MemberTry implements Try {
  readonly member: ClusterMember;
  readonly number: number;
  sent = false;
  #signal: AbortSignal | undefined;

  constructor(member: ClusterMember, number: number, signal: AbortSignal | undefined) {
    this.member = member;
    this.number = number;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= new AbortController().signal);
  }
}
