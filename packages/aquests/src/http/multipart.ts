import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { AquestsError } from "../errors.ts";
import { asFile, openFile, type UploadFile } from "./file.ts";
import type { Outflow, Payload } from "./payload.ts";

/** A field of a form: a value, a file, or several of one name. */
export type UploadValue = string | number | boolean | bigint | null | undefined | UploadFile | Blob | Uint8Array | Readable;
export type UploadFields = Readonly<Record<string, UploadValue | readonly UploadValue[]>>;

interface Part {
  /** With the line that begins it and the empty one that ends it. */
  readonly head: Buffer;
  readonly content: Buffer | UploadFile;
}

/**
 * Fields and files as `multipart/form-data` (RFC 7578), names escaped as in WHATWG HTML's "multipart form data". Files are read while they are sent.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST for a value that is neither.
 */
export const multipart = (entries: Iterable<readonly [name: string, value: unknown]>): Payload => {
  const boundary = `aquests-${randomBytes(18).toString("base64url")}`;
  const parts = Array.from(entries, ([name, value]) => partOf(boundary, name, value));
  const end = Buffer.from(`--${boundary}--\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    repeatable: parts.every(({ content }) => Buffer.isBuffer(content) || !(content.source instanceof Readable)),
    key: undefined,
    bytes: undefined,
    open: () => open(parts, end),
    abandon: () => {
      for (const { content } of parts) if (!Buffer.isBuffer(content) && content.source instanceof Readable) content.source.destroy();
    },
  };
};

/** One entry for each value of each field. */
export const entriesOf = (fields: UploadFields): [string, unknown][] => {
  const given: unknown = fields;
  if (typeof given !== "object" || given === null || Array.isArray(given) || asFile(given))
    throw bad('what is uploaded is an object of names and values: { photo: file("sea.jpg") }.');
  return Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly unknown[]) : [value])
      .filter((item) => item !== null && item !== undefined)
      .map((item): [string, unknown] => [name, item]),
  );
};

const partOf = (boundary: string, name: string, value: unknown): Part => {
  const start = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(lines(name))}"`;
  const file = asFile(value);
  if (file) {
    if (!/^[\x20-\x7e]*$/.test(file.type)) throw bad(`the type of the file ${name} holds what cannot be sent.`);
    return { head: Buffer.from(`${start}; filename="${escapeName(file.name)}"\r\nContent-Type: ${file.type}\r\n\r\n`), content: file };
  }
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean" && typeof value !== "bigint")
    throw bad(`the value of ${name} is no text, number, boolean or file.`);
  return { head: Buffer.from(`${start}\r\n\r\n`), content: Buffer.from(lines(String(value))) };
};

const open = async (parts: readonly Part[], end: Buffer): Promise<Outflow> => {
  const opened = await Promise.all(parts.map(async ({ content }) => (Buffer.isBuffer(content) ? undefined : openFile(content))));
  let length: number | undefined = end.length;
  for (const [index, { head, content }] of parts.entries()) {
    const size: number | undefined = Buffer.isBuffer(content) ? content.length : opened[index]!.size;
    length = size === undefined || length === undefined ? undefined : length + head.length + size + newLine.length;
  }
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (const [index, { head, content }] of parts.entries()) {
      yield head;
      if (Buffer.isBuffer(content)) yield content;
      else yield* opened[index]!.read();
      yield newLine;
    }
    yield end;
  };
  return { stream: Readable.from(pieces(), { objectMode: false, highWaterMark: 65_536 }), length };
};

const newLine: Buffer = Buffer.from("\r\n");

/** Every kind of line end as CR LF. */
const lines = (text: string): string => text.replace(/\r\n|\r|\n/g, "\r\n");

const escapeName = (name: string): string => name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");

const bad = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });
