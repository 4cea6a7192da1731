import { unwritable } from "./message-error.ts";
import { escapeXml, isSayable, sayable } from "./xml-text.ts";
import { writeDate, writeDouble } from "./xmlrpc-scalars.ts";
import type { XmlRpcFault } from "./xmlrpc-value.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * A call as XML-RPC.
 *
 * Numbers without a fraction become `int`, or the common extension `i8` beyond 32 bits; others `double`; a bigint is an integer always. Bytes become
 * `base64`, a Date `dateTime.iso8601` in UTC without its milliseconds, null and undefined `nil`; plain objects and Maps a `struct`, where members that are
 * undefined are left out.
 *
 * @throws SKITAI_REACTOR_RPC_UNWRITABLE naming the parameter.
 * @example writeXmlRpcCall("add", [1, 3]) // "<?xml ...><methodCall><methodName>add</methodName><params>..."
 */
export const writeXmlRpcCall = (method: string, params: readonly unknown[]): string => {
  if (method === "" || !isSayable(method)) throw unwritable("XML-RPC", "The method", "it has no name that XML can say");
  return `${declaration}<methodCall><methodName>${escapeXml(method)}</methodName>${writeParams(params)}</methodCall>`;
};

/** What a method returned, as XML-RPC. @throws SKITAI_REACTOR_RPC_UNWRITABLE */
export const writeXmlRpcResponse = (value: unknown): string => `${declaration}<methodResponse>${writeParams([value])}</methodResponse>`;

/** A fault as XML-RPC. */
export const writeXmlRpcFault = ({ faultCode, faultString }: Pick<XmlRpcFault, "faultCode" | "faultString">): string => {
  const writer = new Writer();
  // A message may quote bytes that broke something: they must not break the fault too.
  writer.value({ faultCode, faultString: sayable(faultString) });
  return `${declaration}<methodResponse><fault>${writer.text}</fault></methodResponse>`;
};

const writeParams = (params: readonly unknown[]): string => {
  const writer = new Writer();
  for (const [index, param] of params.entries()) writer.param(index, param);
  return `<params>${writer.text}</params>`;
};

/** Deeper than anybody means; a value that holds itself ends here. */
const deepest = 100;

class Writer {
  text = "";
  /** Where the value stands that is being written, for errors. */
  readonly #path: (string | number)[] = [];

  param(index: number, value: unknown): void {
    this.#path.push(index);
    this.text += "<param>";
    this.value(value);
    this.text += "</param>";
    this.#path.pop();
  }

  value(value: unknown): void {
    this.text += "<value>";
    this.#content(value);
    this.text += "</value>";
  }

  #content(value: unknown): void {
    switch (typeof value) {
      case "string":
        if (!isSayable(value)) throw this.#refuse("it has characters that XML cannot say: send it as a Buffer");
        this.text += `<string>${escapeXml(value)}</string>`;
        return;
      case "number":
        this.#number(value);
        return;
      case "boolean":
        this.text += `<boolean>${value ? 1 : 0}</boolean>`;
        return;
      case "bigint":
        this.#integer(value);
        return;
      case "undefined":
        this.text += "<nil/>";
        return;
      case "object":
        this.#object(value);
        return;
      default:
        throw this.#refuse(`it is a ${typeof value}`);
    }
  }

  #number(value: number): void {
    if (!Number.isFinite(value)) throw this.#refuse(`it is ${value}`);
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#integer(BigInt(value));
    else this.text += `<double>${writeDouble(value)}</double>`;
  }

  #integer(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw this.#refuse("it has more than 64 bits");
    const type = BigInt.asIntN(32, value) === value ? "int" : "i8";
    this.text += `<${type}>${value}</${type}>`;
  }

  #object(value: object | null): void {
    if (value === null) this.text += "<nil/>";
    else if (value instanceof Date) this.#date(value);
    else if (ArrayBuffer.isView(value)) this.#bytes(value.buffer, value.byteOffset, value.byteLength);
    else if (value instanceof ArrayBuffer) this.#bytes(value, 0, value.byteLength);
    else if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Map) this.#struct(value);
    else if (isPlain(value)) this.#struct(Object.entries(value));
    else throw this.#refuse(`it is a ${value.constructor?.name ?? "special object"}: send a plain object`);
  }

  #date(value: Date): void {
    const text = writeDate(value);
    if (text === undefined) throw this.#refuse("it is no date of the years 0 to 9999");
    this.text += `<dateTime.iso8601>${text}</dateTime.iso8601>`;
  }

  #bytes(buffer: ArrayBufferLike, offset: number, length: number): void {
    this.text += `<base64>${Buffer.from(buffer, offset, length).toString("base64")}</base64>`;
  }

  #array(values: readonly unknown[]): void {
    this.text += "<array><data>";
    for (let index = 0; index < values.length; index++) this.#inner(index, values[index]);
    this.text += "</data></array>";
  }

  #struct(members: Iterable<readonly [unknown, unknown]>): void {
    this.text += "<struct>";
    for (const [name, value] of members) {
      if (value === undefined) continue;
      if (typeof name !== "string" || !isSayable(name)) throw this.#refuse("it has a member whose name XML cannot say");
      this.text += `<member><name>${escapeXml(name)}</name>`;
      this.#inner(name, value);
      this.text += "</member>";
    }
    this.text += "</struct>";
  }

  #inner(step: string | number, value: unknown): void {
    if (this.#path.push(step) > deepest) throw this.#refuse("values are nested too deep, or hold themselves");
    this.value(value);
    this.#path.pop();
  }

  #refuse(reason: string): Error {
    const path = this.#path.slice(0, 8).map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
    return unwritable("XML-RPC", `params${path.join("")}`, reason);
  }
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};
