import { EventEmitter } from "node:events";
import type { Host } from "../../src/process/host.ts";

/** Stands in for `process`: what is sent and how it exits is kept. */
export class FakeHost extends EventEmitter implements Host {
  connected = true;
  readonly sent: unknown[] = [];
  readonly exits: number[] = [];

  send(message: unknown, _handle: undefined, _options: undefined, sent: () => void): boolean {
    this.sent.push(message);
    setImmediate(sent);
    return true;
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}
