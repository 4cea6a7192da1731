import type { Course, Unanswered } from "./course.ts";
import type { Lease } from "./lease.ts";

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

class Race<T> {
  readonly result: Promise<T>;
  readonly #course: Course<T>;
  readonly #after: number;
  readonly #running = new Set<AbortController>();
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
    const controller = new AbortController();
    this.#running.add(controller);
    const end = await this.#course.send(lease, controller.signal);
    this.#running.delete(controller);
    if (this.#isOver) return;
    if (end.ok) this.#finish(() => this.#resolve(end.value));
    else if (!end.mayRepeat) this.#finish(() => this.#reject(end.error));
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
    for (const controller of this.#running) controller.abort(new DOMException("Another member has answered.", "AbortError"));
  }
}
