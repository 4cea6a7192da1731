import { Readable } from "node:stream";
import { notResponse, reasonOf, type Body } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";

export const htmlType = "text/html; charset=utf-8";
export const jsonType = "application/json";
const bytesType = "application/octet-stream";

/** A value as the reactor can send it, and its type where nothing else tells one. */
export class Converted {
  readonly body: Body;
  /** Undefined where there is no body, or it knows its type. */
  readonly type: string | undefined;

  constructor(body: Body, type: string | undefined) {
    this.body = body;
    this.type = type;
  }
}

/**
 * What a returned value is sent as: text, bytes and streams as they are, anything else as JSON.
 *
 * @throws SKITAI_SADDLE_BAD_RETURN
 */
export const convert = (value: unknown): Converted => {
  if (typeof value === "string") return new Converted(value, htmlType);
  if (value === null) return new Converted(null, undefined);
  return (typeof value === "object" ? ofObject(value) : undefined) ?? new Converted(asJson(value), jsonType);
};

const ofObject = (value: object): Converted | undefined => {
  if (value instanceof Uint8Array) return new Converted(value, bytesType);
  if (ArrayBuffer.isView(value)) return new Converted(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), bytesType);
  if (value instanceof ArrayBuffer) return new Converted(new Uint8Array(value), bytesType);
  if (value instanceof Blob) return new Converted(value, value.type === "" ? bytesType : undefined);
  if (value instanceof Readable || value instanceof ReadableStream) return new Converted(value, bytesType);
  const refusal: unknown = Reflect.get(value, notResponse);
  if (typeof refusal === "string") throw new SaddleError("SKITAI_SADDLE_BAD_RETURN", { reason: refusal });
  // A list is data, although it could be iterated.
  if (Array.isArray(value)) return undefined;
  return isProducer(value) ? new Converted(value, htmlType) : undefined;
};

type Producer = Extract<Body, { more(): unknown } | AsyncIterable<unknown> | Iterable<unknown>>;

const isProducer = (value: object): value is Exclude<Producer, string> =>
  Symbol.asyncIterator in value || Symbol.iterator in value || typeof Reflect.get(value, "more") === "function";

/** Whether a value is an object literal, which nothing but JSON can come of. */
export const isPlainData = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype && !isProducer(value);

/** @throws SKITAI_SADDLE_BAD_RETURN */
export const asJson = (value: unknown): string => {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new SaddleError("SKITAI_SADDLE_BAD_RETURN", { reason: reasonOf(cause) }, { cause });
  }
  if (json === undefined) throw new SaddleError("SKITAI_SADDLE_BAD_RETURN", { reason: `a ${typeof value} is neither text nor data.` });
  return json;
};
