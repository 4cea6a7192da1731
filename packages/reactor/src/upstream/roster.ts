import type { MemberState, TrackedMember } from "./tracked-member.ts";

export interface RosterParts {
  readonly now: () => number;
  /** Milliseconds until a member that came back has its whole share. */
  readonly slowStart: number;
  /** Told after the state of a member has changed. */
  readonly changed: (member: TrackedMember, before: MemberState) => void;
}

/** The part of its weight with which a member comes back. */
const firstPart = 0.1;
/** In how many steps its share grows. */
const steps = 20;

/** The members of a cluster, and which of them are in rotation now. */
export class Roster {
  readonly #parts: RosterParts;
  #members: readonly TrackedMember[];
  #usable: readonly TrackedMember[] = [];
  #candidates: readonly TrackedMember[] = [];
  /** When time alone will change something. */
  #nextChange = Infinity;

  constructor(members: readonly TrackedMember[], parts: RosterParts) {
    this.#members = members;
    this.#parts = parts;
    this.settle();
  }

  get members(): readonly TrackedMember[] {
    return this.#members;
  }

  /** Members that are neither off nor draining. */
  get usable(): readonly TrackedMember[] {
    return this.#usable;
  }

  /** Members to choose from: those that are well or, where none is, all that are usable. */
  candidates(): readonly TrackedMember[] {
    // Where nothing is down or warming, no clock is read.
    if (this.#nextChange !== Infinity && this.#parts.now() >= this.#nextChange) this.settle();
    return this.#candidates;
  }

  /** A member that was added after the start begins with a small share, since it may be cold. */
  add(member: TrackedMember): void {
    member.warmUntil = this.#parts.now() + this.#parts.slowStart;
    this.#members = [...this.#members, member];
    this.settle();
  }

  /** False when it was gone already. */
  drop(member: TrackedMember): boolean {
    if (!this.#members.includes(member)) return false;
    this.#members = this.#members.filter((other) => other !== member);
    this.settle();
    const before = member.state;
    member.state = "removed";
    this.#parts.changed(member, before);
    return true;
  }

  /** Brings states, shares and candidates up to date; to be called after anything about a member has changed. */
  settle(): void {
    const now = this.#parts.now();
    const changes: [TrackedMember, MemberState][] = [];
    this.#nextChange = Infinity;
    for (const member of this.#members) {
      const before = member.state;
      member.state = this.#stateOf(member, now);
      member.share = member.weight * this.#partOf(member, now);
      if (member.state !== before) changes.push([member, before]);
    }
    this.#usable = this.#members.filter((member) => !member.isOff && !member.isDraining);
    const well = this.#usable.filter(({ state }) => state === "up" || state === "warming");
    this.#candidates = well.length > 0 ? well : this.#usable;
    // Without this, what finds no room elsewhere would go to a member that is warming. Where all are, somebody has to do the work.
    const isSteady = well.some(({ state }) => state === "up");
    for (const member of this.#members) {
      member.limit = isSteady ? Math.max(1, Math.round(member.fullLimit * (member.share / member.weight))) : member.fullLimit;
    }
    for (const [member, before] of changes) this.#parts.changed(member, before);
  }

  #stateOf(member: TrackedMember, now: number): MemberState {
    if (member.isDraining) return "draining";
    if (member.isOff) return "off";
    if (member.failsProbes) return "down";
    if (now < member.downUntil) return this.#until(member.downUntil, "down");
    if (now < member.ejectedUntil) return this.#until(member.ejectedUntil, "ejected");
    if (member.state === "down" || member.state === "ejected" || member.state === "off") {
      member.downUntil = 0;
      member.warmUntil = now + this.#parts.slowStart;
    }
    return now < member.warmUntil ? "warming" : "up";
  }

  /** Which part of its weight and of its limit a member has now. */
  #partOf(member: TrackedMember, now: number): number {
    if (member.state !== "warming") return 1;
    const { slowStart } = this.#parts;
    this.#until(Math.min(member.warmUntil, now + slowStart / steps), "warming");
    return Math.max(firstPart, 1 - (member.warmUntil - now) / slowStart);
  }

  #until<State extends MemberState>(time: number, state: State): State {
    this.#nextChange = Math.min(this.#nextChange, time);
    return state;
  }
}
