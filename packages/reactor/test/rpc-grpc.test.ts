import { describe, expect, test } from "vitest";
import {
  GrpcFault,
  grpcCodeOfHttp,
  grpcHttpStatus,
  readGrpcFrames,
  readGrpcMessage,
  readGrpcMetadata,
  writeGrpcFrame,
  writeGrpcMessage,
  writeGrpcMetadata,
  writeGrpcTimeout,
  writeGzippedGrpcFrame,
} from "../src/rpc/index.ts";

const options = { encoding: "gzip", maxSize: 1_000 };

const cut = async function* (bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

const read = async (
  bytes: Buffer,
  size = 1_000_000,
  given: typeof options | { encoding: string; maxSize: number } = options,
): Promise<string[]> => {
  const texts: string[] = [];
  for await (const message of readGrpcFrames(cut(bytes, size), given)) texts.push(message.toString());
  return texts;
};

describe("messages", () => {
  test("are a flag, a length and their bytes", () => {
    expect(writeGrpcFrame(Buffer.from("ab"))).toEqual(Buffer.of(0, 0, 0, 0, 2, 0x61, 0x62));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 64, 1_000])("come out of pieces of %i bytes", async (size) => {
    const frames = [writeGrpcFrame(Buffer.from("one")), writeGrpcFrame(Buffer.alloc(0)), await writeGzippedGrpcFrame(Buffer.from("three"))];
    expect(await read(Buffer.concat(frames), size)).toEqual(["one", "", "three"]);
  });

  test.each([
    ["has another flag", Buffer.of(2, 0, 0, 0, 0), options, "SKITAI_REACTOR_RPC_UNREADABLE"],
    ["ends in its prefix", Buffer.of(0, 0, 0), options, "SKITAI_REACTOR_RPC_UNREADABLE"],
    ["ends in its bytes", Buffer.of(0, 0, 0, 0, 9, 1), options, "SKITAI_REACTOR_RPC_UNREADABLE"],
    [
      "is compressed in no way that is known",
      Buffer.of(1, 0, 0, 0, 0),
      { ...options, encoding: "snappy" },
      "SKITAI_REACTOR_RPC_UNREADABLE",
    ],
    ["claims to be gzip and is not", Buffer.of(1, 0, 0, 0, 1, 0), options, "SKITAI_REACTOR_RPC_UNREADABLE"],
    ["claims to be too large, before its bytes are there", Buffer.of(0, 0xff, 0xff, 0xff, 0xff), options, "SKITAI_REACTOR_RPC_TOO_LARGE"],
  ])("are refused when one %s", async (_, bytes, given, code) => {
    await expect(read(bytes, 1_000, given)).rejects.toThrow(expect.objectContaining({ code }));
  });

  test("are refused when one unpacks to more than the limit", async () => {
    await expect(read(await writeGzippedGrpcFrame(Buffer.alloc(100_000)))).rejects.toThrow(
      expect.objectContaining({ code: "SKITAI_REACTOR_RPC_TOO_LARGE" }),
    );
  });
});

describe("metadata", () => {
  test("comes back as it was sent", () => {
    const metadata = { "x-text": "a b", "x-many": ["1", "2"], "trace-bin": Buffer.of(0, 255, 1), "two-bin": [Buffer.of(1), Buffer.of(2)] };
    const headers = writeGrpcMetadata(metadata);
    expect(headers["trace-bin"]).toBe("AP8B");
    expect(readGrpcMetadata({ ":status": "200", "content-type": "application/grpc", "grpc-status": "0", ...headers })).toEqual(metadata);
  });

  test.each([
    ["a name of gRPC", { "grpc-timeout": "1S" }],
    ["a name of HTTP", { "Content-Type": "text/html" }],
    ["a name with a line end", { "a\r\nb": "c" }],
    ["a value with a line end", { a: "b\r\nc: d" }],
    ["a value that is not ASCII", { a: "é" }],
  ])("is refused with %s", (_, metadata: Record<string, string>) => {
    expect(() => writeGrpcMetadata(metadata)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_RPC_UNWRITABLE" }));
  });

  test.each([["plain text"], ["100 %"], ["서울 😀\r\n"]])("says %j in a message", (text) => {
    expect(writeGrpcMessage(text)).toMatch(/^[\x20-\x7e]*$/);
    expect(readGrpcMessage(writeGrpcMessage(text))).toBe(text);
  });

  test("takes a message that is wrongly encoded as it is", () => {
    expect(readGrpcMessage("100% wrong %zz")).toBe("100% wrong %zz");
  });

  test.each([
    [0.2, "1m"],
    [1_500, "1500m"],
    [99_999_999, "99999999m"],
    [100_000_000, "100000S"],
  ])("says %d ms as the time-out %s", (milliseconds, text) => expect(writeGrpcTimeout(milliseconds)).toBe(text));
});

describe("statuses", () => {
  test.each([
    [0, 200],
    [5, 404],
    [16, 401],
    [99, 500],
  ])("%i means HTTP's %i", (code, http) => expect(grpcHttpStatus(code)).toBe(http));

  test("have names", () => {
    expect(new GrpcFault(7, "no").status).toBe("PERMISSION_DENIED");
    expect(new GrpcFault(99, "no").status).toBe("UNKNOWN");
  });

  test("stand for the HTTP errors of proxies", () => {
    expect([404, 503, 418].map(grpcCodeOfHttp)).toEqual([12, 14, 2]);
  });
});
