import { decodeXml, readXmlRpcMulticall, readXmlRpcResponse, writeXmlRpcCall, type XmlRpcFault } from "@skitai/reactor/rpc";
import { begin, beginAll } from "../core/begin.ts";
import type { Call } from "../core/call.ts";
import type { Caller } from "../core/runtime.ts";
import { makeStub } from "../core/stub.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { httpCall } from "../http/call.ts";
import { checkRpcOptions, readAnswer, rpcOptionNames, written, type RpcOptions } from "./options.ts";
import { checkPlan, planStub } from "./plan.ts";
import type { Answers, Plan, Planned, Remote, Sent, Untyped } from "./remote.ts";

/** Makes the remote object at a URL. */
export interface XmlRpcStub<To extends "one" | "all"> {
  /**
   * @param url `http:`, `https:` or `@alias/path`, used as it is given.
   * @param options of each call that the object makes.
   */
  <Methods = Untyped>(url: string, options?: RpcOptions): Remote<Methods, To>;
}

/** Several calls in one request. */
export type XmlRpcMulticall<To extends "one" | "all"> = <const Calls extends readonly Planned<unknown>[], Methods = Plan>(
  url: string,
  plan: (calls: Methods) => Calls,
  options?: RpcOptions<Answers<Calls, XmlRpcFault>>,
) => Sent<To, Answers<Calls, XmlRpcFault>>;

/**
 * Calls by XML-RPC. A fault is an answer: `data` is then an `XmlRpcFault`, and `error` too.
 *
 * @example
 * const stub = was.rpc<{ add(a: number, b: number): number }>("https://h/rpc2");
 * (await stub.add(1, 3)).data; // 4
 * was.rpc.lb("@search/rpc2").bbs.query("Beethoven");
 * was.rpc.multicall("https://h/rpc2", (calls) => [calls.add(1, 3), calls.bbs.query("Beethoven")]);
 */
export interface XmlRpcVerb extends XmlRpcStub<"one"> {
  readonly lb: XmlRpcStub<"one">;
  readonly map: XmlRpcStub<"all">;
  /** Uses `system.multicall`, which the server must have. Each of the answers is a value or a fault. */
  readonly multicall: XmlRpcMulticall<"one">;
}

/** Makes `rpc`. */
export const xmlRpcVerb = (caller: Caller): XmlRpcVerb => {
  const callOf = <Data>(
    url: string,
    { idempotent = false, ...options }: RpcOptions<Data>,
    method: string,
    params: readonly unknown[],
    read: (value: unknown) => unknown,
    verb = "rpc",
  ): Call<Data> =>
    httpCall<Data>(caller, {
      verb,
      url,
      method: "POST",
      keepsMethod: true,
      name: method,
      idempotent,
      accept: "text/xml, application/xml;q=0.9",
      contentType: "text/xml; charset=utf-8",
      body: written(() => writeXmlRpcCall(method, params)),
      options,
      decode: (answer) => readAnswer(answer, () => read(readResponse(answer)) as Data),
    });
  const remote =
    (start: (caller: Caller, call: Call<unknown>) => unknown) =>
    <Methods>(url: string, options: RpcOptions = {}): Methods => {
      checkRpcOptions("rpc", options, rpcOptionNames);
      return makeStub<Methods>((method, params) => start(caller, callOf(url, options, method, params, same)));
    };
  const one: XmlRpcStub<"one"> = remote(begin);
  const multicall: XmlRpcMulticall<"one"> = (url, plan, options = {}) => {
    const { filter: _, callback: __, ...checked } = options;
    checkRpcOptions("rpc.multicall", checked, rpcOptionNames);
    const calls = plan(planStub(false));
    checkPlan(calls);
    const structs = calls.map(({ method: methodName, params }) => ({ methodName, params }));
    const read = (value: unknown): unknown => (value instanceof Error ? value : readXmlRpcMulticall(value as never, calls.length));
    return begin(caller, callOf(url, options, "system.multicall", [structs], read, "rpc.multicall"));
  };
  return Object.assign(remote(begin) as XmlRpcStub<"one">, { lb: one, map: remote(beginAll), multicall });
};

const same = (value: unknown): unknown => value;

const readResponse = ({ content, headers }: HttpAnswer): unknown => readXmlRpcResponse(decodeXml(content, headers["content-type"]));
