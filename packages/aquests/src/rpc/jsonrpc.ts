import { readJsonRpcAnswer, readJsonRpcAnswers, writeJsonRpcCall, type JsonRpcFault, type JsonRpcParams } from "@skitai/reactor/rpc";
import { begin, beginAll } from "../core/begin.ts";
import type { Call } from "../core/call.ts";
import type { Caller } from "../core/runtime.ts";
import { makeStub } from "../core/stub.ts";
import { AquestsError } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { httpCall } from "../http/call.ts";
import { withoutMark } from "../http/content.ts";
import { checkRpcOptions, readAnswer, rpcOptionNames, written, type RpcOptions } from "./options.ts";
import { checkPlan, planStub } from "./plan.ts";
import type { Answers, Plan, Planned, Remote, Sent, Untyped } from "./remote.ts";

/** Options of the calls of a JSON-RPC object. */
export interface JsonRpcOptions<Data = unknown> extends RpcOptions<Data> {
  /**
   * How arguments are sent. `"position"`: as a list. `"name"`: each method takes one object, whose members are the parameters.
   *
   * @default "position"
   */
  by?: "position" | "name";
}

const jsonRpcOptionNames: Readonly<Record<keyof JsonRpcOptions, true>> = { ...rpcOptionNames, by: true };

/** Makes the remote object at a URL. */
export interface JsonRpcStub<To extends "one" | "all"> {
  /**
   * @param url `http:`, `https:` or `@alias/path`, used as it is given.
   * @param options of each call that the object makes.
   */
  <Methods = Untyped>(url: string, options?: JsonRpcOptions): Remote<Methods, To>;
}

/** Several calls in one request, some of which may be notifications. */
export type JsonRpcBatch = <const Calls extends readonly Planned<unknown>[], Methods = Plan>(
  url: string,
  plan: (call: Methods, notify: Plan) => Calls,
  options?: JsonRpcOptions<Answers<Calls, JsonRpcFault>>,
) => Sent<"one", Answers<Calls, JsonRpcFault>>;

/**
 * Calls by JSON-RPC 2.0. An error object is an answer: `data` is then a `JsonRpcFault`, and `error` too.
 *
 * @example
 * (await was.jsonrpc("https://h/rpc").add(1, 3)).data; // 4
 * was.jsonrpc("https://h/rpc", { by: "name" }).add({ a: 1, b: 3 });
 * was.jsonrpc.notify("https://h/rpc").log("hello");
 * was.jsonrpc.batch("https://h/rpc", (call, notify) => [call.add(1, 3), notify.log("hello")]); // data: [4, null]
 */
export interface JsonRpcVerb extends JsonRpcStub<"one"> {
  readonly lb: JsonRpcStub<"one">;
  readonly map: JsonRpcStub<"all">;
  /** Its calls have no answer: `data` is null when the server has taken one. */
  readonly notify: JsonRpcStub<"one">;
  /** Each of the answers is a value or a fault; null for a notification. */
  readonly batch: JsonRpcBatch;
}

/** Makes `jsonrpc`. */
export const jsonRpcVerb = (caller: Caller): JsonRpcVerb => {
  const callOf = <Data>(
    url: string,
    { idempotent = false, ...options }: RpcOptions<Data>,
    name: string,
    body: string,
    read: (answer: HttpAnswer) => unknown,
  ): Call<Data> =>
    httpCall<Data>(caller, {
      verb: "jsonrpc",
      url,
      method: "POST",
      keepsMethod: true,
      name,
      idempotent,
      accept: "application/json-rpc, application/json;q=0.9",
      contentType: "application/json-rpc; charset=utf-8",
      body,
      options,
      decode: (answer) => readAnswer(answer, () => read(answer) as Data),
    });
  const remote =
    (start: (caller: Caller, call: Call<unknown>) => unknown, notification = false) =>
    <Methods>(url: string, options: JsonRpcOptions = {}): Methods => {
      check(options);
      const { by, ...rest } = options;
      return makeStub<Methods>((method, args) => {
        const call = { method, params: paramsOf(args, by), id: notification ? undefined : onlyId };
        const body = written(() => writeJsonRpcCall(call));
        return start(caller, callOf(url, rest, method, body, notification ? readNothing : readOne));
      });
    };
  const batch: JsonRpcBatch = (url, plan, options = {}) => {
    const { filter: _, callback: __, ...checked } = options;
    check(checked);
    const { by, ...rest } = options;
    const calls = plan(planStub(false), planStub(true));
    checkPlan(calls);
    let count = 0;
    const ids = calls.map(({ notification }) => (notification ? undefined : ++count));
    const numbered = calls.map(({ method, params }, index) => ({ method, params: paramsOf(params, by), id: ids[index] }));
    const body = written(() => writeJsonRpcCall(numbered));
    return begin(
      caller,
      callOf(url, rest, "batch", body, (answer) => readBatch(answer, ids)),
    );
  };
  return Object.assign(remote(begin) as JsonRpcStub<"one">, {
    lb: remote(begin),
    map: remote(beginAll),
    notify: remote(begin, true),
    batch,
  });
};

/** A request by HTTP has one answer, so that its id need not be told apart from others; the same call has the same text, by which it is kept. */
const onlyId = 1;

const textOf = ({ content }: HttpAnswer): string => withoutMark(content.toString("utf8"));

const readOne = (answer: HttpAnswer): unknown => readJsonRpcAnswer(textOf(answer), onlyId);

/** Some servers send an answer although nobody waits for one; only a fault is news. */
const readNothing = (answer: HttpAnswer): unknown => {
  if (answer.content.length === 0 || answer.statusCode === 204) return null;
  const value = readJsonRpcAnswer(textOf(answer), null);
  return value instanceof Error ? value : null;
};

const readBatch = (answer: HttpAnswer, ids: readonly (number | undefined)[]): unknown[] => {
  const waiting = ids.filter((id) => id !== undefined);
  const values = waiting.length === 0 && answer.content.length === 0 ? [] : readJsonRpcAnswers(textOf(answer), waiting);
  return ids.map((id) => (id === undefined ? null : values[id - 1]));
};

const check = (options: JsonRpcOptions): void => {
  const { by = "position" } = options;
  checkRpcOptions("jsonrpc", options, jsonRpcOptionNames);
  if (by !== "position" && by !== "name")
    throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "by", value: by, hint: 'Use "position" or "name".' });
};

const paramsOf = (args: readonly unknown[], by: JsonRpcOptions["by"]): JsonRpcParams | undefined => {
  if (args.length === 0) return undefined;
  if (by !== "name") return args;
  const [params] = args;
  if (args.length === 1 && typeof params === "object" && params !== null && !Array.isArray(params)) return params as JsonRpcParams;
  throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: "parameters by name are one object." });
};
