import { Readable } from "node:stream";
import { reasonOf } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";
import { encodeForm } from "./form.ts";
import type { BodyForm, QueryParams } from "./options.ts";
import { multipart } from "./multipart.ts";
import { payloadOf, streamPayload, type Payload } from "./payload.ts";

/** What a request can carry. Objects and arrays are written in the form that the verb asks for. */
export type BodyData =
  | string
  | Uint8Array
  | ArrayBuffer
  | Readable
  | ReadableStream<Uint8Array>
  | URLSearchParams
  | FormData
  | Blob
  | object
  | number
  | boolean
  | null
  | undefined;

const formType = "application/x-www-form-urlencoded; charset=utf-8";

/**
 * The body of a request. Bytes, streams, forms and blobs are sent as they are; other data in the form asked for.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST for data that has no such form.
 */
export const bodyOf = (data: BodyData, form: BodyForm = "form"): Payload | undefined => {
  if (data === undefined || (data === null && form !== "json")) return undefined;
  if (typeof data === "object" && data !== null) {
    if (data instanceof Uint8Array) return payloadOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength), bytesType[form]);
    if (data instanceof ArrayBuffer) return payloadOf(Buffer.from(data), bytesType[form]);
    if (data instanceof URLSearchParams) return payloadOf(data.toString(), formType);
    if (data instanceof Readable) return streamPayload(data, bytesType[form]);
    if (data instanceof ReadableStream) return streamPayload(fromWeb(unread(data)), bytesType[form]);
    if (data instanceof FormData) return multipart(data);
    if (data instanceof Blob) return blobPayload(data, bytesType[form]);
  }
  return writers[form](data);
};

const bytesType: Readonly<Record<BodyForm, string>> = {
  form: "application/octet-stream",
  json: "application/json; charset=utf-8",
  xml: "text/xml; charset=utf-8",
};

const writers: Readonly<Record<BodyForm, (data: BodyData) => Payload>> = {
  // Text is a form that is written already.
  form: (data) => {
    if (typeof data === "string") return payloadOf(data, formType);
    if (typeof data !== "object" || data === null || Array.isArray(data)) throw bad("a form is an object of names and values.");
    return payloadOf(encodeForm(data as QueryParams), formType);
  },
  json: (data) => {
    let text: string | undefined;
    try {
      text = JSON.stringify(data) as string | undefined;
    } catch (cause) {
      const reason = `it cannot be written as JSON: ${reasonOf(cause).replace(/\n[^]*/, "")}`;
      throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason }, { cause });
    }
    if (text === undefined) throw bad(`JSON has no ${typeof data}.`);
    return payloadOf(text, bytesType.json);
  },
  xml: (data) => {
    if (typeof data !== "string") throw bad("a body of XML is text or bytes.");
    return payloadOf(data, bytesType.xml);
  },
};

/** What can be read as often as it takes. */
const blobPayload = (blob: Blob, type: string): Payload => ({
  type: blob.type || type,
  repeatable: true,
  key: undefined,
  bytes: undefined,
  open: async () => ({ stream: fromWeb(blob.stream()), length: blob.size }),
});

const unread = (stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
  if (stream.locked) throw bad("its body is a stream that somebody else reads.");
  return stream;
};

const fromWeb = (stream: ReadableStream<Uint8Array>): Readable => Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);

const bad = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });
