import { performance } from "node:perf_hooks";
import { createClient, type Client } from "../client/client.ts";
import type { Result } from "../core/result.ts";
import { Latencies } from "./latencies.ts";
import type { LoadOptions } from "./options.ts";

/** What a load run has seen. */
export interface LoadReport {
  /** Requests that were answered, whatever the answer said. */
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds from the first request to the last answer. */
  readonly elapsed: number;
  /** Bytes of the bodies received. */
  readonly bytes: number;
  readonly latencies: Latencies;
  /** How often each status came: `200 OK`, `714 Connection Failure`. */
  readonly statuses: ReadonlyMap<string, number>;
  /** `HTTP/1.1`, `HTTP/2.0` */
  readonly versions: ReadonlySet<string>;
}

type Request = (client: Client, url: string) => PromiseLike<Result<unknown>>;

/**
 * Sends requests to the URLs in turn, some at once, until all are answered.
 *
 * @param progress called after each answer with how many there are.
 */
export const load = async (options: LoadOptions, progress: (done: number) => void): Promise<LoadReport> => {
  const { urls, requests, clients, insecure, timeout } = options;
  const statuses = new Map<string, number>();
  const versions = new Set<string>();
  const latencies = new Latencies(requests);
  let [sent, done, failed, bytes] = [0, 0, 0, 0];
  await using client = createClient({ timeout, insecure, connections: clients, http2: !options.http1, redirects: 0 });
  const request = requestOf(options);
  const work = async (): Promise<void> => {
    while (sent < requests) {
      const url = urls[sent++ % urls.length]!;
      const begun = performance.now();
      const result = await request(client, url);
      if (result.status === 3) latencies.add(performance.now() - begun);
      else failed++;
      bytes += result.content.length;
      const status = `${result.statusCode} ${result.reason}`;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (result.version) versions.add(result.version);
      progress(++done);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: Math.min(clients, requests) }, work));
  return { answered: done - failed, failed, elapsed: performance.now() - begun, bytes, latencies, statuses, versions };
};

const verbs: Readonly<Record<string, "get" | "head" | "options" | "trace" | "delete" | "post" | "put" | "patch">> = {
  GET: "get",
  HEAD: "head",
  OPTIONS: "options",
  TRACE: "trace",
  DELETE: "delete",
  POST: "post",
  PUT: "put",
  PATCH: "patch",
};

/** The methods that a load run can send. */
export const methods: readonly string[] = Object.keys(verbs);

const requestOf = ({ method, headers, body }: LoadOptions): Request => {
  const verb = verbs[method]!;
  const given = { headers, useCache: false };
  if (verb === "post" || verb === "put" || verb === "patch") return (client, url) => client[verb](url, body, given);
  return (client, url) => client[verb](url, given);
};
