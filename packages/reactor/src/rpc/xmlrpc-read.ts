import { unreadable } from "./message-error.ts";
import { readDocument } from "./xmlrpc-document.ts";
import { XmlRpcFault, type XmlRpcCall, type XmlRpcValue } from "./xmlrpc-value.ts";

/**
 * Reads a call, as a server does.
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE
 */
export const readXmlRpcCall = (text: string): XmlRpcCall => {
  const { root, method, params } = readDocument(text);
  if (root !== "methodCall") throw unreadable("XML-RPC", "it is an answer and no call");
  if (!method) throw unreadable("XML-RPC", "it names no method");
  return { method, params };
};

/**
 * Reads an answer, as a client does: the value that was returned, or the fault.
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE
 */
export const readXmlRpcResponse = (text: string): XmlRpcValue | XmlRpcFault => {
  const { root, params, fault } = readDocument(text);
  if (root !== "methodResponse") throw unreadable("XML-RPC", "it is a call and no answer");
  if (fault !== undefined) return faultOf(fault) ?? failed("the fault lacks its code or its text");
  if (params.length > 1) throw unreadable("XML-RPC", `it has ${params.length} values instead of one`);
  return params[0] ?? null;
};

/**
 * Reads what `system.multicall` returned: for each call its value or its fault.
 *
 * @param count how many calls there were.
 * @throws SKITAI_REACTOR_RPC_UNREADABLE
 */
export const readXmlRpcMulticall = (value: XmlRpcValue, count: number): (XmlRpcValue | XmlRpcFault)[] => {
  if (!Array.isArray(value) || value.length !== count) return failed(`it does not have the answers of ${count} calls`);
  return value.map((answer) => {
    if (Array.isArray(answer) && answer.length === 1) return answer[0]!;
    return faultOf(answer) ?? failed("an answer of system.multicall is neither a value nor a fault");
  });
};

const faultOf = (value: XmlRpcValue): XmlRpcFault | undefined => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  const { faultCode, faultString } = value as Readonly<Record<string, XmlRpcValue>>;
  if (faultCode === undefined || typeof faultString !== "string") return undefined;
  const code = Number(faultCode);
  return Number.isInteger(code) ? new XmlRpcFault(code, faultString) : undefined;
};

const failed = (reason: string): never => {
  throw unreadable("XML-RPC", reason);
};
