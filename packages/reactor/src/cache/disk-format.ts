import { crc32 } from "node:zlib";
import type { StoredHead, VaryField } from "./store.ts";

/**
 * A stored response is one file: a prelude, the head as JSON, the body. The prelude is written last, and holds what tells a whole file from a part
 * of one: lengths, checksums, and an identity that no other file has.
 *
 * | bytes | |
 * |---|---|
 * | 4 | `SKC1` |
 * | 4 | length of the head |
 * | 8 | length of the body |
 * | 4 | CRC-32 of the body |
 * | 16 | identity |
 * | 4 | CRC-32 of all before and of the head |
 */
export interface Prelude {
  readonly headLength: number;
  readonly bodyLength: number;
  readonly bodyChecksum: number;
  readonly id: string;
}

export const preludeLength = 40;
const checkedLength = preludeLength - 4;
const magic = Buffer.from("SKC1");
/** Bytes; what has a longer head is not stored. */
export const longestHead: number = 1024 ** 2;

export const encodeHead = (head: StoredHead): Buffer => Buffer.from(JSON.stringify(head));

/** The prelude of a complete file. */
export const encodePrelude = (head: Buffer, bodyLength: number, bodyChecksum: number, id: Buffer): Buffer => {
  const prelude = Buffer.alloc(preludeLength);
  magic.copy(prelude);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeBigUInt64BE(BigInt(bodyLength), 8);
  prelude.writeUInt32BE(bodyChecksum, 16);
  id.copy(prelude, 20);
  prelude.writeUInt32BE(crc32(head, crc32(prelude.subarray(0, checkedLength))), checkedLength);
  return prelude;
};

/** @returns undefined when the file is none of ours, or not of the length that it should have. */
export const decodePrelude = (bytes: Buffer, fileSize: number): Prelude | undefined => {
  if (bytes.length < preludeLength || !bytes.subarray(0, 4).equals(magic)) return undefined;
  const headLength = bytes.readUInt32BE(4);
  const bodyLength = Number(bytes.readBigUInt64BE(8));
  if (headLength > longestHead || preludeLength + headLength + bodyLength !== fileSize) return undefined;
  return { headLength, bodyLength, bodyChecksum: bytes.readUInt32BE(16), id: bytes.toString("hex", 20, checkedLength) };
};

/** @returns undefined when the head is damaged. */
export const decodeHead = (prelude: Buffer, head: Buffer): StoredHead | undefined => {
  if (crc32(head, crc32(prelude.subarray(0, checkedLength))) !== prelude.readUInt32BE(checkedLength)) return undefined;
  try {
    const decoded: unknown = JSON.parse(head.toString());
    return isStoredHead(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
};

const isStoredHead = (value: unknown): value is StoredHead => {
  if (typeof value !== "object" || value === null) return false;
  const { key, variant, vary, status, headers, requestTime, responseTime, tags } = value as Partial<Record<keyof StoredHead, unknown>>;
  return (
    typeof key === "string" &&
    typeof variant === "string" &&
    Array.isArray(vary) &&
    vary.every(isVaryField) &&
    [status, requestTime, responseTime].every(Number.isFinite) &&
    isTexts(headers) &&
    headers.length % 2 === 0 &&
    isTexts(tags)
  );
};

const isVaryField = (value: unknown): value is VaryField =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && (value[1] === null || typeof value[1] === "string");

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((text) => typeof text === "string");
