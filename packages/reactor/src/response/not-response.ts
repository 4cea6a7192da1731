/**
 * Under this name an object says that it is no answer to a client, and what to send instead. Frameworks refuse it with that text, where they
 * would otherwise send all that it holds.
 *
 * @example Object.defineProperty(Report.prototype, notResponse, { value: "a report is no answer: return report.text." });
 */
export const notResponse: unique symbol = Symbol.for("skitai.notResponse") as never;
