import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Frame types of RFC 9113 section 6. */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags, by the frames that know them. */
export const flags = { none: 0, ack: 1, endStream: 1, endHeaders: 4 } as const;

/** Error codes of RFC 9113 section 7. */
export const errorCodes = { none: 0, protocol: 1, refused: 7, cancel: 8, calm: 11 } as const;

/** One frame that the server sent. */
export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** What a stream came to. */
export interface StreamEnd {
  readonly status: number | undefined;
  /** The code of RST_STREAM; undefined for a stream that ended by END_STREAM. */
  readonly reset: number | undefined;
}

/** An HTTP/2 connection on which a test writes frames as it likes. Nothing is sent by itself, not even the acknowledgement of settings. */
export interface RawHttp2 {
  readonly socket: Socket;
  readonly frames: readonly ReceivedFrame[];
  /** Writes frames; resolves when the system has taken them, or the connection has ended. */
  send(...frames: readonly Buffer[]): Promise<void>;
  /** Waits until a check of what has come holds. Rejects when the connection ends before. */
  until(check: () => boolean): Promise<void>;
  /** Waits until the server ends a stream. */
  ended(stream: number): Promise<StreamEnd>;
  /** The code of the server's GOAWAY, as soon as there is one. */
  goAway(): Promise<number>;
  /** Kept when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
}

/** Any frame. */
export const frame = (type: number, flag: number, stream: number, payload: Buffer | string = ""): Buffer => {
  const body = Buffer.from(payload as string, "latin1");
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flag;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
};

/** Settings as pairs of identifier and value. */
export const settings = (...pairs: readonly (readonly [id: number, value: number])[]): Buffer => {
  const payload = Buffer.alloc(pairs.length * 6);
  for (const [at, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, at * 6);
    payload.writeUInt32BE(value, at * 6 + 2);
  }
  return frame(frameTypes.settings, flags.none, 0, payload);
};

/** A header block (RFC 7541): literals that are never indexed, so that the order and every octet are the test's. */
export const block = (fields: readonly (readonly [name: string, value: string])[]): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0x10), literal(name), literal(value)]));

/** The headers of a whole request. */
export const headers = (
  stream: number,
  fields: readonly (readonly [name: string, value: string])[],
  flag: number = flags.endStream | flags.endHeaders,
): Buffer => frame(frameTypes.headers, flag, stream, block(fields));

/** The pseudo headers of an ordinary request. */
export const request = (path = "/", method = "GET", authority = "a.example"): [string, string][] => [
  [":method", method],
  [":scheme", "http"],
  [":authority", authority],
  [":path", path],
];

export const data = (stream: number, payload: Buffer | string, last = false): Buffer =>
  frame(frameTypes.data, last ? flags.endStream : flags.none, stream, payload);

export const reset = (stream: number, code: number = errorCodes.cancel): Buffer =>
  frame(frameTypes.rstStream, flags.none, stream, uint32(code));

export const windowUpdate = (stream: number, by: number): Buffer => frame(frameTypes.windowUpdate, flags.none, stream, uint32(by));

export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** No dynamic table, so that each header block of the server can be read by itself. */
export const noTable = [1, 0] as const;

export interface RawHttp2Options {
  /** Over TLS, whatever the certificate is. @default false */
  secure?: boolean;
}

/**
 * Connects and sends preface and settings. The client never ends its side by itself: what is cut off was cut off by the server.
 */
export const rawHttp2 = async (
  port: number,
  first: Buffer = settings(noTable),
  { secure = false }: RawHttp2Options = {},
): Promise<RawHttp2> => {
  const options = { port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true };
  const socket = secure ? connectTls({ ...options, ALPNProtocols: ["h2"], rejectUnauthorized: false }) : connect(options);
  const frames: ReceivedFrame[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let changed = (): void => {};
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => changed());
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let length = sizeOf(rest); rest.length >= length; length = sizeOf(rest)) {
      frames.push({ type: rest[3]!, flags: rest[4]!, stream: rest.readUInt32BE(5) & 0x7fffffff, payload: rest.subarray(9, length) });
      rest = rest.subarray(length);
    }
    changed();
  });
  const until = async (check: () => boolean): Promise<void> => {
    while (!check()) {
      if (socket.closed) throw new Error(`The connection ended before; the server sent ${describe(frames)}.`);
      await new Promise<void>((resolve) => (changed = resolve));
    }
  };
  const send = (...list: readonly Buffer[]): Promise<void> =>
    new Promise((resolve) => {
      if (socket.destroyed) return resolve();
      socket.write(Buffer.concat(list), () => resolve());
    });
  const find = (type: number, stream: number): ReceivedFrame | undefined =>
    frames.find((one) => one.type === type && one.stream === stream);
  const ended = async (stream: number): Promise<StreamEnd> => {
    const last = (): ReceivedFrame | undefined =>
      find(frameTypes.rstStream, stream) ??
      frames.find(
        (one) =>
          one.stream === stream && (one.flags & flags.endStream) !== 0 && (one.type === frameTypes.data || one.type === frameTypes.headers),
      );
    await until(() => last() !== undefined);
    const end = last()!;
    // Before it there may be interim answers, and behind it trailers.
    const answer = frames.find((one) => one.type === frameTypes.headers && one.stream === stream && statusOf(one.payload) >= 200);
    return {
      status: answer && statusOf(answer.payload),
      reset: end.type === frameTypes.rstStream ? end.payload.readUInt32BE() : undefined,
    };
  };
  const goAway = async (): Promise<number> => {
    await until(() => find(frameTypes.goAway, 0) !== undefined);
    return frames.findLast(({ type }) => type === frameTypes.goAway)!.payload.readUInt32BE(4);
  };
  await new Promise<void>((resolve, reject) => socket.once(secure ? "secureConnect" : "connect", resolve).once("error", reject));
  await send(preface, first);
  return { socket, frames, send, until, ended, goAway, closed };
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A string literal without Huffman code: its length as an integer with a prefix of seven bits. */
const literal = (text: string): Buffer => {
  const bytes = Buffer.from(text, "latin1");
  const length: number[] = bytes.length < 127 ? [bytes.length] : [127];
  if (bytes.length >= 127) {
    let left = bytes.length - 127;
    for (; left >= 128; left = Math.floor(left / 128)) length.push((left % 128) | 128);
    length.push(left);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
};

const sizeOf = (bytes: Buffer): number => (bytes.length < 9 ? Number.POSITIVE_INFINITY : 9 + bytes.readUIntBE(0, 3));

const describe = (frames: readonly ReceivedFrame[]): string =>
  JSON.stringify(frames.map(({ type, flags: flag, stream, payload }) => [type, flag, stream, payload.toString("hex", 0, 40)]));

/** Statuses of the static table, at their indexes. */
const indexedStatuses: Readonly<Record<number, number>> = { 8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500 };

/** The status, which is the first field of a server's header block. */
const statusOf = (payload: Buffer): number => {
  let at = 0;
  while ((payload[at]! & 0xe0) === 0x20) at++;
  const indexed = (payload[at]! & 0x80) === 0 ? undefined : indexedStatuses[payload[at]! & 0x7f];
  if (indexed !== undefined) return indexed;
  if ((payload[at]! & 0x0f) !== 8) throw new Error(`An unexpected header block: ${payload.toString("hex")}`);
  const length = payload[at + 1]! & 0x7f;
  const text = payload.subarray(at + 2, at + 2 + length);
  return Number((payload[at + 1]! & 0x80) === 0 ? text.toString("latin1") : digits(text));
};

/** Digits in the Huffman code of RFC 7541 appendix B: five bits for 0 to 2, six for the others. */
const digits = (coded: Buffer): string => {
  const bits = [...coded].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let text = "";
  for (let at = 0; bits.length - at >= 5 && bits[at] === "0";) {
    const short = Number.parseInt(bits.slice(at, at + 5), 2);
    const digit = short < 3 ? short : Number.parseInt(bits.slice(at, at + 6), 2) - 22;
    at += short < 3 ? 5 : 6;
    text += digit;
  }
  return text;
};
