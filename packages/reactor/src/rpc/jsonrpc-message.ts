/** What tells which answer belongs to which call. */
export type JsonRpcId = string | number | null;

/** Parameters by position or by name. */
export type JsonRpcParams = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A call; without an `id` it is a notification, which has no answer. */
export interface JsonRpcCall {
  readonly method: string;
  readonly params?: JsonRpcParams | undefined;
  readonly id?: JsonRpcId | undefined;
}

/** What a server answers to one call. */
export type JsonRpcAnswer = { readonly id: JsonRpcId; readonly result: unknown } | { readonly id: JsonRpcId; readonly error: JsonRpcFault };

/** The codes that JSON-RPC 2.0 itself defines (section 5.1). */
export const jsonRpcCodes: Readonly<
  Record<"parseError" | "invalidRequest" | "methodNotFound" | "invalidParams" | "internalError", number>
> = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
};

/**
 * The error object of JSON-RPC 2.0. Services throw it, clients find it as the `data` of a result.
 *
 * @example
 * const rs = await was.jsonrpc("https://h/rpc").add(1, "a");
 * if (rs.data instanceof JsonRpcFault) rs.data.code; // -32602
 */
export class JsonRpcFault extends Error {
  override readonly name: string = "JsonRpcFault";
  readonly code: number;
  /** What the server tells besides. */
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
