import type { GrpcMetadata } from "@skitai/reactor/rpc";
import type { GrpcOptions } from "./options.ts";

/** What a gRPC call asks for, every default filled in. */
export interface GrpcRequest {
  readonly source: Pick<GrpcOptions, "proto" | "includeDirs">;
  /** Undefined for the only one that is described. */
  readonly service: string | undefined;
  /** What stands before the service in the path: nothing, mostly. */
  readonly prefix: string;
  /** The name of the method. */
  readonly name: string;
  readonly message: unknown;
  /** As headers, credentials included. */
  readonly metadata: GrpcMetadata & Readonly<Record<string, string | string[]>>;
  readonly stream: boolean;
  readonly compress: boolean;
  readonly idempotent: boolean;
  readonly insecure: boolean;
  /** Bytes. */
  readonly maxMessageSize: number;
  /** Milliseconds. */
  readonly keepAlive: number | undefined;
  /** Milliseconds; 0 for none. */
  readonly timeout: number;
}
