import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** What a client sees of an answer. */
export interface HttpAnswer {
  readonly status: number;
  /** Without parameters: whether `charset` is named differs between frameworks, and JSON has none (RFC 8259, section 11). */
  readonly mediaType: string;
  readonly body: Buffer;
}

/** One GET over a connection of its own. */
export const getAnswer = (port: number, path: string, signal?: AbortSignal): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, agent: false, ...(signal && { signal }) }, (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part: Buffer) => parts.push(part));
      res.on("error", reject);
      res.on("end", () => {
        const mediaType = (res.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
        resolve({ status: res.statusCode ?? 0, mediaType, body: Buffer.concat(parts) });
      });
    });
    sent.on("error", reject);
    sent.end();
  });

/** Asks again and again until somebody answers at all, whatever the answer is. */
export const firstAnswer = async (port: number, path: string, signal: AbortSignal): Promise<HttpAnswer> => {
  for (;;) {
    try {
      return await getAnswer(port, path, signal);
    } catch {
      signal.throwIfAborted();
      await delay(1);
    }
  }
};

/** What is wrong with an answer, in one line; undefined when it is as it should be. A type may be expected as a range: `text/*`. */
export const differenceOf = (actual: HttpAnswer, expected: HttpAnswer): string | undefined => {
  if (actual.status !== expected.status) return `status ${actual.status} instead of ${expected.status}`;
  if (!isOfType(actual.mediaType, expected.mediaType)) return `content type ${actual.mediaType} instead of ${expected.mediaType}`;
  if (!actual.body.equals(expected.body)) return `another body of ${actual.body.length} bytes instead of ${expected.body.length}`;
  return undefined;
};

const isOfType = (actual: string, expected: string): boolean =>
  expected.endsWith("/*") ? actual.startsWith(expected.slice(0, -1)) : actual === expected;
