import type { Readable, Writable } from "node:stream";

/** How much is kept of what a process wrote last, in characters. */
const kept = 8_192;

/** Passes on what a process writes to its standard error, and remembers the end of it. */
export class ErrorOutput {
  #tail = "";

  constructor(from: Readable, to: Writable) {
    from.setEncoding("utf8");
    from.on("data", (chunk: string) => {
      this.#tail = (this.#tail + chunk).slice(-kept);
      to.write(chunk);
    });
  }

  /** The line that says what went wrong, as far as it can be told; empty when nothing was written. */
  get line(): string {
    return errorLine(this.#tail);
  }
}

/**
 * The line of an error among what a Node process wrote when it ended: the message above a stack, or else the last line.
 *
 * @example errorLine("file:///app.ts:1\nx y\n  ^\n\nSyntaxError: Unexpected identifier\n    at compile\n\nNode.js v26.0.0\n") // "SyntaxError: Unexpected identifier"
 */
export const errorLine = (text: string): string => {
  const lines = text.split("\n").map((line) => line.trim());
  const message = lines.findLast((line) => /^(?:Uncaught )?(?:\w*(?:Error|Exception)\b[^:]*|FATAL ERROR): /.test(line));
  return message ?? lines.findLast((line) => line !== "" && !/^(?:Node\.js v|at )/.test(line)) ?? "";
};
