interface Waiting<Member> {
  readonly members: Set<Member>;
  readonly timer: NodeJS.Timeout;
  readonly done: () => void;
}

/** Waits until several members have confirmed something, each by its number, but not for ever. */
export class Confirmations<Member> {
  readonly #patience: number;
  readonly #late: () => void;
  readonly #waiting = new Map<number, Waiting<Member>>();
  #numbers = 0;

  /**
   * @param patience milliseconds to wait at most.
   * @param late called when somebody has not confirmed by then.
   */
  constructor(patience: number, late: () => void) {
    this.#patience = patience;
    this.#late = late;
  }

  /** @param ask has a member confirm this number. */
  all(members: Set<Member>, ask: (member: Member, number: number) => void, done: () => void): void {
    if (members.size === 0) return done();
    const number = ++this.#numbers;
    const timer = setTimeout(() => {
      this.#late();
      this.#end(number);
    }, this.#patience).unref();
    this.#waiting.set(number, { members, timer, done });
    for (const member of members) ask(member, number);
  }

  confirm(member: Member, number: number): void {
    const waiting = this.#waiting.get(number);
    if (waiting?.members.delete(member) === true && waiting.members.size === 0) this.#end(number);
  }

  /** A member is gone, and nobody waits for it any more. */
  excuse(member: Member): void {
    for (const number of this.#waiting.keys()) this.confirm(member, number);
  }

  #end(number: number): void {
    const waiting = this.#waiting.get(number)!;
    clearTimeout(waiting.timer);
    this.#waiting.delete(number);
    waiting.done();
  }
}
