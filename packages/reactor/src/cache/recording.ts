import { discard } from "./exchange.ts";
import { RecordingReader, type PieceSource } from "./recording-reader.ts";
import type { StoreWriter } from "./store.ts";

/** Bytes that the recordings of a cache hold together. */
export interface HeldBytes {
  held: number;
  readonly max: number;
}

export interface RecordingParts {
  readonly body: AsyncIterable<Uint8Array>;
  readonly writer: StoreWriter;
  /** Bytes that the origin announced. */
  readonly announced: number | undefined;
  /** A longer body is not stored. */
  readonly maxSize: number;
  readonly budget: HeldBytes;
  /** Ends what the body comes from. */
  cancel(reason: unknown): void;
  /** Asked when the body is complete, before it becomes visible. */
  mayCommit(): boolean;
  /** It is stored, or will not be; told once. */
  settled(isStored: boolean): void;
}

/**
 * A body that arrives once, goes to the store, and to any number of readers, each at its own speed.
 *
 * It is read as fast as the fastest reader asks. What others have still to read is held, and all of it as long as more readers may join. A body
 * that is longer than may be stored takes no more readers, and waits for the slowest one when much is held.
 */
export class Recording implements PieceSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #parts: RecordingParts;
  readonly #readers = new Set<RecordingReader>();
  #writer: StoreWriter | undefined;
  #pieces: Uint8Array[] = [];
  /** The number of the first piece that is held. */
  #first = 0;
  #held = 0;
  #size = 0;
  #isJoinable = true;
  #isPulling = false;
  #isSettled = false;
  #state: "open" | "complete" | "failed" = "open";
  #error: unknown;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
    this.#iterator = parts.body[Symbol.asyncIterator]();
    this.#writer = parts.writer;
  }

  /** Whether it can still be read from its beginning. */
  get isJoinable(): boolean {
    return this.#isJoinable;
  }

  reader(signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const reader = new RecordingReader(this, signal);
    this.#readers.add(reader);
    return reader;
  }

  /** Gives the body up where nobody reads it. */
  release(): void {
    if (this.#readers.size > 0 || this.#state !== "open") return;
    const reason = new Error("Nobody reads this body any more.");
    this.#fail(reason);
    discard(this.#parts.body, this.#iterator);
    this.#parts.cancel(reason);
  }

  step(at: number): IteratorResult<Uint8Array, undefined> | undefined {
    const value = this.#pieces[at - this.#first];
    if (value !== undefined) return { done: false, value };
    if (this.#state === "failed") throw this.#error;
    return this.#state === "complete" ? { done: true, value: undefined } : undefined;
  }

  advanced(): void {
    if (this.#isJoinable) return;
    this.#forget();
    for (const { isWaiting } of this.#readers) if (isWaiting) return this.demand();
  }

  demand(): void {
    if (this.#isPulling || this.#state !== "open" || this.#isFull()) return;
    this.#isPulling = true;
    this.#pull().catch((error: unknown) => this.#fail(error));
  }

  leave(reader: RecordingReader): void {
    if (!this.#readers.delete(reader)) return;
    this.release();
    this.advanced();
  }

  async #pull(): Promise<void> {
    const { done, value } = await this.#iterator.next();
    if (this.#state !== "open") return;
    if (done === true) return this.#complete();
    if (value.length > 0) await this.#take(value);
    this.#isPulling = false;
    if (this.#state !== "open") return;
    this.#wake();
    for (const { isWaiting } of this.#readers) if (isWaiting) return this.demand();
  }

  async #take(piece: Uint8Array): Promise<void> {
    const { maxSize, announced, budget } = this.#parts;
    this.#size += piece.length;
    this.#pieces.push(piece);
    this.#held += piece.length;
    budget.held += piece.length;
    if (this.#writer !== undefined) {
      const isTooLong = this.#size > Math.min(maxSize, announced ?? maxSize);
      if (isTooLong || !(await this.#writer.write(piece))) this.#settle(false);
    }
    if (budget.held > budget.max) this.#isJoinable = false;
    if (!this.#isJoinable) this.#forget();
  }

  async #complete(): Promise<void> {
    const { announced } = this.#parts;
    this.#state = "complete";
    // Readers do not wait for the store; those who come now may still join.
    this.#wake();
    const isWhole = announced === undefined || announced === this.#size;
    const writer = isWhole && this.#parts.mayCommit() ? this.#writer : undefined;
    if (writer !== undefined) this.#writer = undefined;
    this.#settle(writer !== undefined && (await writer.commit()));
    this.#forget();
  }

  #fail(error: unknown): void {
    if (this.#state === "failed") return;
    if (this.#state === "open") this.#error = error;
    this.#state = "failed";
    this.#settle(false);
    this.#wake();
    this.#forget();
  }

  #settle(isStored: boolean): void {
    this.#isJoinable = false;
    this.#writer?.abort();
    this.#writer = undefined;
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#parts.settled(isStored);
  }

  /** Lets go of what every reader has read. */
  #forget(): void {
    let needed = this.#first + this.#pieces.length;
    for (const { at } of this.#readers) needed = Math.min(needed, at);
    for (const { length } of this.#pieces.splice(0, needed - this.#first)) {
      this.#held -= length;
      this.#parts.budget.held -= length;
    }
    this.#first = needed;
  }

  /** As much waits for the slowest reader as may be held for it. */
  #isFull(): boolean {
    return !this.#isJoinable && this.#held > this.#parts.maxSize;
  }

  #wake(): void {
    for (const reader of this.#readers) reader.wake();
  }
}
