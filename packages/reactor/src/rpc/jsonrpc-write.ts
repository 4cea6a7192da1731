import { reasonOf } from "../errors.ts";
import type { JsonRpcAnswer, JsonRpcCall } from "./jsonrpc-message.ts";
import { unwritable } from "./message-error.ts";

/**
 * One call, or several as a batch, as JSON-RPC 2.0.
 *
 * @throws SKITAI_REACTOR_RPC_UNWRITABLE for parameters that JSON cannot say.
 * @example writeJsonRpcCall({ method: "add", params: [1, 3], id: 1 }) // '{"jsonrpc":"2.0","method":"add","params":[1,3],"id":1}'
 */
export const writeJsonRpcCall = (calls: JsonRpcCall | readonly JsonRpcCall[]): string =>
  write("The parameters", isBatch(calls) ? calls.map(callOf) : callOf(calls));

/** The answer to one call, or to a batch, as JSON-RPC 2.0. @throws SKITAI_REACTOR_RPC_UNWRITABLE */
export const writeJsonRpcAnswer = (answers: JsonRpcAnswer | readonly JsonRpcAnswer[]): string =>
  write("The result", isBatch(answers) ? answers.map(answerOf) : answerOf(answers));

const isBatch = <Message>(messages: Message | readonly Message[]): messages is readonly Message[] => Array.isArray(messages);

const callOf = ({ method, params, id }: JsonRpcCall): object => ({ jsonrpc: "2.0", method, params, id });

const answerOf = (answer: JsonRpcAnswer): object => {
  if (!("error" in answer)) return { jsonrpc: "2.0", result: answer.result ?? null, id: answer.id };
  const { code, message, data } = answer.error;
  return { jsonrpc: "2.0", error: { code, message, data }, id: answer.id };
};

const write = (what: string, message: object): string => {
  try {
    return JSON.stringify(message);
  } catch (error) {
    throw unwritable("JSON-RPC", what, reasonOf(error).split("\n", 1)[0]!, error);
  }
};
