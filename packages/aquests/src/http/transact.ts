import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { reasonOf } from "@skitai/reactor";
import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { memberFault } from "../core/faults.ts";
import type { Hop } from "../core/operation.ts";
import { AquestsError } from "../errors.ts";
import { accepts } from "./accept.ts";
import type { HttpAgent } from "./agent.ts";
import type { HttpAnswer } from "./answer.ts";
import { Authorizer } from "./authorizer.ts";
import { askCache } from "./caching.ts";
import { decodeContent, decodeStream } from "./coding.ts";
import { addFields } from "./fields.ts";
import { follow } from "./follow.ts";
import { askServer, withCookies, type Leg, type LegAnswer, type Streams } from "./leg.ts";
import { isRedirect, redirectFault } from "./redirect.ts";
import type { HttpRequest } from "./request.ts";

const noHops: readonly Hop[] = [];
const empty: Buffer = Buffer.alloc(0);

/** Sends a request to a server and goes where its answers lead, to the last one. */
export const transact = async (
  agent: HttpAgent,
  endpoint: Endpoint,
  request: HttpRequest,
  attempt: Attempt,
  more: Readonly<Record<string, string>> | undefined,
): Promise<HttpAnswer> => {
  const { method, path, payload, stream } = request;
  const fields = more ? addFields({ ...request.fields }, more) : request.fields;
  const authorizer = Authorizer.of(request.auth, endpoint, fields);
  const leadsOn = (statusCode: number, headers: LegAnswer["headers"]): boolean =>
    (statusCode === 401 && authorizer !== undefined) || (request.redirects > 0 && isRedirect(statusCode, headers));
  const streams: Streams = stream ? (statusCode, headers) => !leadsOn(statusCode, headers) : undefined;
  let leg: Leg = { origin: agent.origin(endpoint), method, path, fields, payload, isHome: true };
  let history: Hop[] | undefined;
  let redirects = 0;
  for (;;) {
    const sent = authorizer && leg.isHome ? authorizer.authorize(leg) : leg;
    const answer = await ask(agent, sent, request, attempt, streams, history);
    const { statusCode, headers, reason } = answer;
    const url = leg.origin.url + leg.path;
    if (statusCode < 300 || !leadsOn(statusCode, headers)) return finish(answer, url, request, history);
    if (statusCode === 401 && (!leg.isHome || !authorizer?.answers(sent, headers))) return finish(answer, url, request, history);
    // Before it is followed: where that cannot be, it is the last of those that led there.
    (history ??= []).push({ statusCode, reason, url, headers });
    if (statusCode !== 401) leg = follow(agent, leg, request, answer, ++redirects, authorizer !== undefined, history);
  }
};

/** One request. What goes wrong at another server does not speak against the member that sent the client there. */
const ask = async (
  agent: HttpAgent,
  leg: Leg,
  request: HttpRequest,
  attempt: Attempt,
  streams: Streams,
  history: readonly Hop[] | undefined,
): Promise<LegAnswer> => {
  const { cookies, settings } = agent;
  const { cache } = settings;
  try {
    // Before the cache is asked: an answer may depend on them.
    const sent = cookies ? await withCookies(cookies, leg) : leg;
    return cache && !streams
      ? await askCache(cache, agent, sent, request, attempt)
      : await askServer(agent, sent, request, attempt, streams);
  } catch (error) {
    if (leg.isHome || request.alias === undefined || memberFault(error) === false) throw error;
    throw redirectFault(leg.origin.url + leg.path, reasonOf(error), error, history);
  }
};

/** The last answer as the caller gets it. @throws SKITAI_AQUESTS_UNACCEPTABLE, SKITAI_AQUESTS_TOO_LARGE, SKITAI_AQUESTS_BAD_CONTENT */
const finish = async (answer: LegAnswer, url: string, request: HttpRequest, history: readonly Hop[] = noHops): Promise<HttpAnswer> => {
  const { statusCode, reason, version, headers, cached = false } = answer;
  const { content, stream } = answer;
  const encoding = headers["content-encoding"];
  const type = headers["content-type"];
  const { accept } = request.fields;
  const isWrong = request.isStrict && statusCode < 300 && type !== undefined && typeof accept === "string" && !accepts(accept, type);
  const told = { statusCode, reason, version, headers, url, history, cached };
  try {
    if (isWrong && (stream || content.length > 0)) throw new AquestsError("SKITAI_AQUESTS_UNACCEPTABLE", { value: type });
    if (request.stream) {
      const body = handedOver(stream ?? Readable.from([content], { objectMode: false }), encoding);
      return { ...told, content: empty, stream: body, untilEnd: stream && (() => finished(stream)) };
    }
    const isCoded = encoding !== undefined && content.length > 0;
    return { ...told, content: isCoded ? await decodeContent(content, encoding, request.maxSize) : content, stream: undefined };
  } catch (error) {
    stream?.destroy();
    throw error;
  }
};

/** A body for its reader, who hears of errors; that there is none, or none yet, must not end the process. */
const handedOver = (body: Readable, encoding: string | undefined): Readable => {
  body.on("error", ignore);
  return encoding === undefined ? body : decodeStream(body, encoding).on("error", ignore);
};

const ignore = (): void => {};
