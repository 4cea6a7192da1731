import type { IncomingHttpHeaders } from "node:http";
import { unwritable } from "./message-error.ts";
import type { GrpcMetadata } from "./grpc-status.ts";

/** What gRPC and HTTP/2 write themselves. */
const reserved: ReadonlySet<string> = new Set([
  "te",
  "content-type",
  "content-length",
  "user-agent",
  "connection",
  "host",
  "transfer-encoding",
]);

/**
 * Metadata as headers of HTTP/2: names in lower case, bytes in base64.
 *
 * @throws SKITAI_REACTOR_RPC_UNWRITABLE for a name or value that cannot be sent, or a name that belongs to gRPC.
 */
export const writeGrpcMetadata = (metadata: GrpcMetadata): Record<string, string | string[]> => {
  const headers: Record<string, string | string[]> = {};
  for (const [given, value] of Object.entries(metadata)) {
    const name = given.toLowerCase();
    if (!/^[0-9a-z_.-]+$/.test(name))
      throw unwritable("gRPC", `The metadata ${JSON.stringify(given)}`, "its name has other characters than 0-9a-z_.-");
    if (reserved.has(name) || name.startsWith("grpc-")) throw unwritable("gRPC", `The metadata ${given}`, "gRPC itself writes it");
    headers[name] = Array.isArray(value)
      ? value.map((item: string | Buffer) => writeValue(name, item))
      : writeValue(name, value as string | Buffer);
  }
  return headers;
};

const writeValue = (name: string, value: string | Buffer): string => {
  if (name.endsWith("-bin")) return Buffer.from(value).toString("base64").replace(/=+$/, "");
  if (typeof value === "string" && /^[\x20-\x7e]*$/.test(value)) return value;
  throw unwritable("gRPC", `The metadata ${name}`, "its value is no printable ASCII: let its name end in -bin");
};

/** The metadata in headers or trailers, without what belongs to gRPC and HTTP/2. */
export const readGrpcMetadata = (headers: IncomingHttpHeaders): Record<string, string | Buffer | (string | Buffer)[]> => {
  const metadata: Record<string, string | Buffer | (string | Buffer)[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const isOwn = name !== "grpc-status-details-bin" && (name.startsWith("grpc-") || reserved.has(name) || name.startsWith(":"));
    if (isOwn || value === undefined) continue;
    if (!name.endsWith("-bin")) {
      metadata[name] = value;
      continue;
    }
    // Several values of one name are joined with commas, which base64 does not have.
    const values = (Array.isArray(value) ? value.join(",") : value).split(",").map((item) => Buffer.from(item, "base64"));
    metadata[name] = values.length === 1 ? values[0]! : values;
  }
  return metadata;
};

/** The text of a `grpc-message`: percent-encoded UTF-8. What is not decodes to itself. */
export const readGrpcMessage = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Text as a `grpc-message`. */
export const writeGrpcMessage = (text: string): string =>
  text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));

/** Milliseconds as a `grpc-timeout`: at most eight digits, rounded up. @example writeGrpcTimeout(1500) // "1500m" */
export const writeGrpcTimeout = (milliseconds: number): string => {
  const whole = Math.max(1, Math.ceil(milliseconds));
  return whole < 1e8 ? `${whole}m` : `${Math.ceil(whole / 1_000)}S`;
};
