import type { Course, Rivalry, Unanswered } from "./course.ts";
import type { Lease, Outcome } from "./lease.ts";

/** No more than so many members work on one request at the same time. */
const most = 2;

/**
 * Sends a request to one member and, when that has not answered after a while, to a second one as well. The first answer counts; the other
 * attempt is aborted.
 *
 * @param after milliseconds.
 */
export const hedged = async <T>(course: Course<T>, after: number): Promise<T> => {
  const race = new Race(course, after);
  race.enter(await course.next());
  return race.result;
};

class Runner implements Rivalry {
  readonly #controller = new AbortController();
  outcome: Outcome = "neutral";

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  lose(): void {
    this.#controller.abort(new DOMException("Another member has answered.", "AbortError"));
  }
}

class Race<T> {
  readonly result: Promise<T>;
  readonly #course: Course<T>;
  readonly #after: number;
  /** Attempts under way, in the order of their start. */
  readonly #running = new Set<Runner>();
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(course: Course<T>, after: number) {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#course = course;
    this.#after = after;
  }

  enter(lease: Lease): void {
    this.#course.exclude(lease.member);
    clearTimeout(this.#timer);
    if (this.#running.size + 1 < most) this.#timer = setTimeout(() => this.#hedge(), this.#after);
    void this.#run(lease);
  }

  async #run(lease: Lease): Promise<void> {
    const runner = new Runner();
    const ahead = [...this.#running];
    this.#running.add(runner);
    const end = await this.#course.send(lease, runner);
    this.#running.delete(runner);
    if (this.#isOver) return;
    if (end.ok) {
      for (const slower of ahead) slower.outcome = "slow";
      this.#finish(() => this.#resolve(end.value));
    } else if (!end.mayRepeat) this.#finish(() => this.#reject(end.error));
    else if (this.#running.size === 0) await this.#repeat(end);
  }

  /** The member is slow: a second one is asked, if that costs no waiting. */
  #hedge(): void {
    if (!this.#course.grantsAnother()) return;
    try {
      const lease = this.#course.next(true);
      if (!(lease instanceof Promise)) this.enter(lease);
    } catch {
      // No other member has room: the one that was asked may still answer.
    }
  }

  async #repeat(failure: Unanswered): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.enter(await this.#course.another(failure));
    } catch (error) {
      this.#finish(() => this.#reject(error));
    }
  }

  #finish(settle: () => void): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    settle();
    for (const runner of this.#running) runner.lose();
  }
}
