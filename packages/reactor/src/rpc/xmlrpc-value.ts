/**
 * What XML-RPC can say, as it is read. `int` is a number, and a bigint where a number would not hold it; `base64` is a Buffer; `dateTime.iso8601` is a
 * Date, taken as UTC where it names no zone; `nil` is null; a `struct` is a plain object.
 */
export type XmlRpcValue = null | boolean | number | bigint | string | Date | Buffer | XmlRpcValue[] | { [name: string]: XmlRpcValue };

/** A call as a server reads it. */
export interface XmlRpcCall {
  readonly method: string;
  readonly params: XmlRpcValue[];
}

/**
 * An XML-RPC server's way to say no. Services throw it, clients find it as the `data` of a result.
 *
 * @example
 * const rs = await was.rpc("https://h/rpc2").add(1, "a");
 * if (rs.data instanceof XmlRpcFault) rs.data.faultString; // "unsupported operand"
 */
export class XmlRpcFault extends Error {
  override readonly name: string = "XmlRpcFault";
  readonly faultCode: number;
  readonly faultString: string;

  constructor(faultCode: number, faultString: string) {
    super(faultString);
    this.faultCode = faultCode;
    this.faultString = faultString;
  }
}
