import { promisify } from "node:util";
import { gunzip, gzip, type InputType, type ZlibOptions } from "node:zlib";
import { ReactorError, reasonOf } from "../errors.ts";
import { unreadable } from "./message-error.ts";

const unzip: (bytes: InputType, options: ZlibOptions) => Promise<Buffer> = promisify(gunzip);
const zip: (bytes: InputType) => Promise<Buffer> = promisify(gzip);

/** A flag and a length of four bytes stand before each message. */
const prefix = 5;

/** A message as it is sent: whether it is compressed, its length, its bytes. */
export const writeGrpcFrame = (message: Uint8Array, isCompressed = false): Buffer => {
  const frame = Buffer.allocUnsafe(prefix + message.length);
  frame[0] = isCompressed ? 1 : 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefix);
  return frame;
};

/** The same with gzip, for a stream that says `grpc-encoding: gzip`. */
export const writeGzippedGrpcFrame = async (message: Uint8Array): Promise<Buffer> => writeGrpcFrame(await zip(message), true);

export interface GrpcFrameOptions {
  /** What the other side says of compressed messages: its `grpc-encoding`. */
  readonly encoding: string | undefined;
  /** Most bytes of one message, before and after it is unpacked. */
  readonly maxSize: number;
}

/**
 * Takes messages out of a stream of bytes, however it is cut. No more is read ahead than is asked for.
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE for what is no frame, SKITAI_REACTOR_RPC_TOO_LARGE before anything of that size is kept.
 */
export async function* readGrpcFrames(chunks: AsyncIterable<Buffer>, options: GrpcFrameOptions): AsyncGenerator<Buffer, void, undefined> {
  let kept: Buffer[] = [];
  let size = 0;
  let needed = prefix;
  for await (const chunk of chunks) {
    kept.push(chunk);
    size += chunk.length;
    if (size < needed) continue;
    let rest: Buffer = kept.length === 1 ? chunk : Buffer.concat(kept, size);
    while (rest.length >= prefix) {
      const length = rest.readUInt32BE(1);
      if (length > options.maxSize) throw tooLarge(options.maxSize);
      needed = prefix + length;
      if (rest.length < needed) break;
      yield await messageOf(rest[0]!, rest.subarray(prefix, needed), options);
      rest = rest.subarray(needed);
      needed = prefix;
    }
    kept = rest.length === 0 ? [] : [rest];
    size = rest.length;
  }
  if (size > 0) throw unreadable("gRPC", `it ends ${needed - size} bytes too early`);
}

const messageOf = async (flag: number, bytes: Buffer, { encoding = "identity", maxSize }: GrpcFrameOptions): Promise<Buffer> => {
  if (flag === 0) return bytes;
  if (flag !== 1) throw unreadable("gRPC", `its first byte is ${flag}`);
  if (encoding !== "gzip") throw unreadable("gRPC", `it is compressed with ${encoding}`);
  try {
    return await unzip(bytes, { maxOutputLength: maxSize });
  } catch (error) {
    if (Reflect.get(error as object, "code") === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxSize);
    throw unreadable("gRPC", reasonOf(error), error);
  }
};

const tooLarge = (limit: number): ReactorError => new ReactorError("SKITAI_REACTOR_RPC_TOO_LARGE", { limit });
