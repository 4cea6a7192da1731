import { pipeline, type Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
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
  stream(): Transform;
}

const gzip: Coding = { decode: promisify(gunzip), stream: () => createGunzip() };
const rawInflate = promisify(inflateRaw);
const zlibInflate = promisify(inflate);

const codings: Readonly<Record<string, Coding>> = {
  gzip,
  "x-gzip": gzip,
  // Some servers leave out the header that the specification wants: then the first four bits do not name the method.
  deflate: {
    decode: (content, options) => ((content[0]! & 0x0f) === 8 ? zlibInflate(content, options) : rawInflate(content, options)),
    stream: () => createInflate(),
  },
  br: { decode: promisify(brotliDecompress), stream: () => createBrotliDecompress() },
  zstd: { decode: promisify(zstdDecompress), stream: () => createZstdDecompress() },
};

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

/** The same for a body that is handed over as it arrives. */
export const decodeStream = (body: Readable, encoding: string): Readable => {
  let decoded = body;
  for (const coding of codingsOf(encoding)) {
    const decoder = coding.stream();
    const source = decoded;
    pipeline(source, decoder, (error) => {
      // The reader sees the error of the connection as it is, and that of the decoder in our terms.
      if (error && !(error instanceof AquestsError) && !decoder.errored) decoder.destroy(broken(encoding, error));
    });
    decoded = decoder;
  }
  return decoded;
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
