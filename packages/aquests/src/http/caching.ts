import { STATUS_CODES, type IncomingHttpHeaders } from "node:http";
import type { CacheRequest, FlatFields, HttpCache, OriginResponse } from "@skitai/reactor/cache";
import { Attempt } from "../core/attempt.ts";
import type { HttpAgent } from "./agent.ts";
import { plainHeaders } from "./answer.ts";
import type { RawAnswer } from "./exchange.ts";
import type { Fields } from "./fields.ts";
import { askServer, type Leg, type LegAnswer } from "./leg.ts";
import type { HttpRequest } from "./request.ts";

/**
 * Answers a request from the HTTP cache, or asks the server and lets the cache keep the answer. Requests for the same thing at one time ask it
 * once: the one that asks goes on for as long as somebody waits.
 */
export const askCache = async (
  cache: HttpCache,
  agent: HttpAgent,
  leg: Leg,
  request: HttpRequest,
  attempt: Attempt,
): Promise<LegAnswer> => {
  const controller = new AbortController();
  if (attempt.cancelled) throw attempt.cancelled;
  attempt.stopWith((reason) => controller.abort(reason));
  let raw: RawAnswer | undefined;
  const ask = async ({ headers }: CacheRequest, signal?: AbortSignal): Promise<OriginResponse> => {
    const inner = new Attempt();
    const stop = (): void => inner.cancel(signal?.reason as Error);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    try {
      raw = await askServer(agent, { ...leg, fields: headers as Fields }, request, inner, undefined);
      return { status: raw.statusCode, headers: flat(raw.headers), body: raw.content };
    } finally {
      signal?.removeEventListener("abort", stop);
      if (inner.sent) attempt.sent = true;
    }
  };
  // All members of an alias have the same to say.
  const site = leg.isHome && request.alias !== undefined ? `http://${request.alias}.alias` : leg.origin.url;
  try {
    const { status, headers, body, fromCache } = await cache.fetch({ method: leg.method, url: site + leg.path, headers: leg.fields }, ask, {
      signal: controller.signal,
      noCache: request.isFresh,
    });
    const content = await collect(body);
    const asked = fromCache ? undefined : raw;
    return {
      statusCode: status,
      reason: asked?.reason ?? STATUS_CODES[status] ?? "",
      version: asked?.version ?? "HTTP/1.1",
      headers: unflat(headers),
      content,
      stream: undefined,
      cached: fromCache,
    };
  } finally {
    attempt.stopWith(undefined);
  }
};

const collect = async (body: OriginResponse["body"]): Promise<Buffer> => {
  if (body === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
};

const flat = (headers: IncomingHttpHeaders): string[] => {
  const fields: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    for (const item of typeof value === "string" ? [value] : (value ?? [])) fields.push(name, item);
  }
  return fields;
};

const unflat = (fields: FlatFields): IncomingHttpHeaders => {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase();
    const value = fields[at + 1]!;
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = before === undefined ? value : [...(typeof before === "string" ? [before] : before), value];
  }
  return plainHeaders(headers);
};
