import { pipeline, Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  gunzip,
  inflate,
  inflateRaw,
  zstdDecompress,
} from "node:zlib";
import { reasonOf } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";

/** What is asked for by `Accept-Encoding`. */
export const knownCodings = "gzip, deflate, br, zstd";

interface Coding {
  decode(content: Buffer, options: { maxOutputLength: number }): Promise<Buffer>;
  /** @param first byte of what it will be given */
  stream(first: number | undefined): Transform;
}

const gzip: Coding = { decode: promisify(gunzip), stream: () => createGunzip() };
const rawInflate = promisify(inflateRaw);
const zlibInflate = promisify(inflate);

const codings: Readonly<Record<string, Coding>> = {
  gzip,
  "x-gzip": gzip,
  deflate: {
    decode: (content, options) => (isZlib(content[0]) ? zlibInflate(content, options) : rawInflate(content, options)),
    stream: (first) => (isZlib(first) ? createInflate() : createInflateRaw()),
  },
  br: { decode: promisify(brotliDecompress), stream: () => createBrotliDecompress() },
  zstd: { decode: promisify(zstdDecompress), stream: () => createZstdDecompress() },
};

/** Some servers leave out the header of RFC 1950 that the specification wants, whose first byte names the method in four bits. */
const isZlib = (first: number | undefined): boolean => ((first ?? 8) & 0x0f) === 8;

/** One after the other is rare; more only wear a client out. */
const mostCodings = 3;

/**
 * Undoes the content codings of an answer (RFC 9110, section 8.4); one that is not known leaves the content as it is.
 *
 * @throws SKITAI_AQUESTS_TOO_LARGE, SKITAI_AQUESTS_BAD_CONTENT
 */
export const decodeContent = async (content: Buffer, encoding: string, limit: number): Promise<Buffer> => {
  let decoded = content;
  for (const coding of codingsOf(encoding)) {
    try {
      decoded = await coding.decode(decoded, { maxOutputLength: Math.max(limit, 1) });
    } catch (cause) {
      if (Reflect.get(cause as object, "code") === "ERR_BUFFER_TOO_LARGE")
        throw new AquestsError("SKITAI_AQUESTS_TOO_LARGE", { limit }, { cause });
      throw broken(encoding, cause);
    }
  }
  return decoded;
};

/** The same for a body that is handed over as it arrives: what goes wrong is the error of the stream. */
export const decodeStream = (body: Readable, encoding: string): Readable => {
  const known = codingsOf(encoding);
  if (known.length === 0) return body;
  const pieces = async function* (): AsyncGenerator<Buffer> {
    try {
      let source = body;
      for (const coding of known) {
        const [first, rest] = await beginning(source);
        source = pipeline(rest, coding.stream(first), () => {});
      }
      yield* source;
    } catch (error) {
      throw error instanceof AquestsError ? error : broken(encoding, error);
    }
  };
  const decoded = Readable.from(pieces(), { objectMode: false, highWaterMark: 65_536 });
  // Also where nobody has begun to read.
  return decoded.once("close", () => body.destroy());
};

/** The first byte of a stream, and the stream with it. */
const beginning = async (source: Readable): Promise<[first: number | undefined, source: Readable]> => {
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { value: first, done } = await pieces.next();
  if (done) return [undefined, Readable.from([])];
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      yield first;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.();
    }
  };
  return [first[0], Readable.from(all(), { objectMode: false, highWaterMark: 65_536 })];
};

const codingsOf = (encoding: string): Coding[] => {
  const names = encoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > mostCodings) throw broken(encoding, new Error("too many codings"));
  const known = names.map((name) => (Object.hasOwn(codings, name) ? codings[name] : undefined));
  return known.includes(undefined) ? [] : (known.toReversed() as Coding[]);
};

const broken = (encoding: string, cause: unknown): AquestsError =>
  new AquestsError(
    "SKITAI_AQUESTS_BAD_CONTENT",
    { reason: `its coding ${JSON.stringify(encoding)} cannot be undone: ${reasonOf(cause)}` },
    { cause },
  );
