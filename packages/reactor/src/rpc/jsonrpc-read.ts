import { reasonOf } from "../errors.ts";
import { JsonRpcFault, jsonRpcCodes, type JsonRpcCall, type JsonRpcId, type JsonRpcParams } from "./jsonrpc-message.ts";
import { unreadable } from "./message-error.ts";

type Members = Readonly<Record<string, unknown>>;

/** What a server was asked: calls, and in the place of what is none the fault that answers it. */
export interface JsonRpcRequest {
  /** The answers go back as an array too. */
  readonly batch: boolean;
  readonly calls: readonly (JsonRpcCall | JsonRpcFault)[];
}

/**
 * Reads calls, as a server does. Never throws: what cannot be read is a fault, to be answered with the id null.
 *
 * @example readJsonRpcRequest('{"jsonrpc":"2.0","method":"add","params":[1,3],"id":1}').calls[0] // { method: "add", params: [1, 3], id: 1 }
 */
export const readJsonRpcRequest = (text: string): JsonRpcRequest => {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return { batch: false, calls: [new JsonRpcFault(jsonRpcCodes.parseError, `Parse error: ${reasonOf(error)}`)] };
  }
  if (!Array.isArray(message)) return { batch: false, calls: [callOf(message)] };
  if (message.length === 0)
    return { batch: false, calls: [new JsonRpcFault(jsonRpcCodes.invalidRequest, "Invalid Request: the batch is empty")] };
  return { batch: true, calls: message.map(callOf) };
};

const callOf = (message: unknown): JsonRpcCall | JsonRpcFault => {
  const wrong = (reason: string): JsonRpcFault => new JsonRpcFault(jsonRpcCodes.invalidRequest, `Invalid Request: ${reason}`);
  if (!isMembers(message)) return wrong("it is no object");
  const { jsonrpc, method, params, id } = message;
  if (jsonrpc !== "2.0") return wrong('jsonrpc is not "2.0"');
  if (typeof method !== "string") return wrong("method is no string");
  if (params !== undefined && (typeof params !== "object" || params === null)) return wrong("params is neither an array nor an object");
  if (id !== undefined && !isId(id)) return wrong("id is neither a string nor a number");
  return { method, params: params as JsonRpcParams | undefined, id };
};

/**
 * Reads the answer to one call, as a client does: the result, or the fault.
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE, also where the id is not that of the call.
 */
export const readJsonRpcAnswer = (text: string, id: JsonRpcId): unknown => answerOf(parse(text), (given) => given === id).value;

/**
 * Reads the answers to a batch, in the order of the ids; each is a result or a fault.
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE when one is missing, or belongs to no call.
 */
export const readJsonRpcAnswers = (text: string, ids: readonly JsonRpcId[]): unknown[] => {
  const message = parse(text);
  // A batch that the server could not read at all has one fault for all.
  if (!Array.isArray(message)) {
    const { value } = answerOf(message, (id) => id === null);
    if (value instanceof JsonRpcFault) return ids.map(() => value);
    throw unreadable("JSON-RPC", "the answer to a batch is no array");
  }
  const waiting = new Set(ids);
  const values = new Map<JsonRpcId, unknown>();
  for (const part of message) {
    const { id, value } = answerOf(part, (given) => waiting.delete(given));
    values.set(id, value);
  }
  if (waiting.size > 0) throw unreadable("JSON-RPC", `there is no answer to ${waiting.size} of ${ids.length} calls`);
  return ids.map((id) => values.get(id));
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable("JSON-RPC", reasonOf(error), error);
  }
};

const answerOf = (message: unknown, expects: (id: JsonRpcId) => boolean): { id: JsonRpcId; value: unknown } => {
  if (!isMembers(message)) throw unreadable("JSON-RPC", "it is no object");
  const { jsonrpc, id, error } = message;
  if (jsonrpc !== "2.0") throw unreadable("JSON-RPC", 'jsonrpc is not "2.0"');
  if (id !== undefined && !isId(id)) throw unreadable("JSON-RPC", "its id is neither a string nor a number");
  const failed = error !== undefined && error !== null;
  const { result } = message;
  if (failed && result !== undefined && result !== null) throw unreadable("JSON-RPC", "it has both a result and an error");
  if (!failed && result === undefined) throw unreadable("JSON-RPC", "it has neither a result nor an error");
  // A server that could not read the call does not know its id.
  if (!(failed && (id ?? null) === null) && !expects(id ?? null)) throw unreadable("JSON-RPC", "its id is not that of the call");
  return { id: id ?? null, value: failed ? faultOf(error) : result };
};

const faultOf = (error: unknown): JsonRpcFault => {
  if (!isMembers(error)) throw unreadable("JSON-RPC", "its error is no object");
  const { code, message, data } = error;
  if (typeof code !== "number" || typeof message !== "string") throw unreadable("JSON-RPC", "its error lacks the code or the message");
  return new JsonRpcFault(code, message, data);
};

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is JsonRpcId => value === null || typeof value === "string" || typeof value === "number";
