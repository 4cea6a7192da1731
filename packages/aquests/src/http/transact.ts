import type { Readable } from "node:stream";
import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Hop } from "../core/operation.ts";
import type { HttpAgent } from "./agent.ts";
import type { HttpAnswer } from "./answer.ts";
import { exchange } from "./exchange.ts";
import { addFields, flatten, type Fields } from "./fields.ts";
import type { HttpRequest } from "./request.ts";

const noHops: readonly Hop[] = [];

/** Sends a request to a server and goes where its answer leads, to the last one. */
export const transact = async (
  agent: HttpAgent,
  endpoint: Endpoint,
  request: HttpRequest,
  attempt: Attempt,
  more: Readonly<Record<string, string>> | undefined,
): Promise<HttpAnswer> => {
  const origin = agent.origin(endpoint);
  const { method, path, payload, maxSize, insecure } = request;
  const fields: Fields = more ? addFields({ ...request.fields }, more) : request.fields;
  const headers = flatten(fields);
  let body: Buffer | Readable | null = null;
  const opened = payload?.open();
  if (Buffer.isBuffer(opened)) body = opened;
  else if (opened) {
    const { stream, length } = await opened;
    if (length !== undefined) headers.push("content-length", String(length));
    body = stream;
  }
  const { body: content, ...answer } = await exchange(
    origin.connections(insecure),
    endpoint.address,
    { method, path, headers, body, maxSize },
    attempt,
  );
  return { ...answer, content, stream: undefined, url: origin.url + path, history: noHops, cached: false };
};
