import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { reasonOf } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";

/** A file to upload; made by {@link file}. */
export interface UploadFile {
  readonly source: string | Blob | Uint8Array | Readable;
  readonly name: string;
  readonly type: string;
}

export interface FileOptions {
  /** What the server is told. @default the last part of the path, or "blob" */
  name?: string;
  /** Its content type. @default that of a blob, or "application/octet-stream" */
  type?: string;
}

class NamedFile implements UploadFile {
  readonly source: UploadFile["source"];
  readonly name: string;
  readonly type: string;

  constructor(source: UploadFile["source"], { name = nameOf(source), type = typeOf(source) }: FileOptions) {
    this.source = source;
    this.name = name;
    this.type = type;
    // It may break before it is read, and is found broken then.
    if (source instanceof Readable) source.on("error", () => {});
  }
}

/**
 * A file for `upload()`: one on disk, which is read while it is sent, or bytes, a blob or a stream under a name.
 *
 * @example client.upload("http://127.0.0.1:5000/photos", { title: "Sea", photo: file("/tmp/sea.jpg", { type: "image/jpeg" }) });
 */
export const file = (source: string | Blob | Uint8Array | Readable, options: FileOptions = {}): UploadFile => {
  if (typeof source === "string" || isFileLike(source)) return new NamedFile(source, options);
  throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", {
    what: "The source of a file",
    value: typeof source,
    hint: "Use a path, bytes, a Blob or a Readable.",
  });
};

/** A value of `upload()` as a file, where it is one. */
export const asFile = (value: unknown): UploadFile | undefined =>
  value instanceof NamedFile ? value : isFileLike(value) ? new NamedFile(value, {}) : undefined;

/** The content of a file, opened anew. @throws SKITAI_AQUESTS_BAD_REQUEST when it cannot be read */
export const openFile = async ({ source, name }: UploadFile): Promise<{ size: number | undefined; read(): AsyncIterable<Uint8Array> }> => {
  if (source instanceof Uint8Array) return { size: source.byteLength, read: () => Readable.from([source]) };
  if (source instanceof Readable) return { size: undefined, read: () => source };
  try {
    // A blob of a file knows its size, and complains when the file is changed before it is read.
    const blob = typeof source === "string" ? await openAsBlob(source) : source;
    if (typeof source === "string" && !(await stat(source)).isFile()) throw new Error("it is no file");
    return { size: blob.size, read: () => Readable.fromWeb(blob.stream() as Parameters<typeof Readable.fromWeb>[0]) };
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: `the file ${name} cannot be read: ${reasonOf(cause)}` }, { cause });
  }
};

const isFileLike = (value: unknown): value is Blob | Uint8Array | Readable =>
  value instanceof Uint8Array || value instanceof Blob || value instanceof Readable;

const nameOf = (source: UploadFile["source"]): string => {
  if (typeof source === "string") return basename(source);
  if (source instanceof File) return source.name;
  const path: unknown = source instanceof Readable ? Reflect.get(source, "path") : undefined;
  return typeof path === "string" ? basename(path) : "blob";
};

const typeOf = (source: UploadFile["source"]): string => (source instanceof Blob && source.type) || "application/octet-stream";
