import { reasonOf } from "@skitai/reactor";
import type { RawData } from "ws";
import { AquestsError } from "../errors.ts";

/** What goes out for a value. @throws SKITAI_AQUESTS_BAD_REQUEST */
export const messageOf = (value: unknown, isJson: boolean): string | Uint8Array => {
  if (isJson) return jsonOf(value);
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", {
    reason: `a message is text or bytes, not ${typeof value}; for others say encoding: "json".`,
  });
};

const jsonOf = (value: unknown): string => {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: reasonOf(cause) }, { cause });
  }
  throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: `JSON has no form for a ${typeof value}.` });
};

/** What came in: text, bytes, or a parsed value. @throws SKITAI_AQUESTS_BAD_CONTENT */
export const valueOf = (data: RawData, isBinary: boolean, isJson: boolean): unknown => {
  const bytes = bytesOf(data);
  if (isBinary && !isJson) return bytes;
  const text = bytes.toString("utf8");
  if (!isJson) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: reasonOf(cause) }, { cause });
  }
};

export const bytesOf = (data: RawData): Buffer => {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
};
