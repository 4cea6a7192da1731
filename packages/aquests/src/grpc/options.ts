import { duration, refuseUnknown, type Duration, type Size } from "@skitai/reactor";
import type { GrpcMetadata } from "@skitai/reactor/rpc";
import { callOptionNames, type CallOptions } from "../core/call.ts";
import { AquestsError } from "../errors.ts";
import type { Credentials } from "../http/url.ts";

/** Options of one gRPC call; given to `grpc(url, options)` they hold for each call of the object. */
export interface GrpcCallOptions<Data = unknown> extends CallOptions<Data> {
  /** What goes along with the call. Names that end in `-bin` have bytes. */
  metadata?: GrpcMetadata;
  /** `["token"]` for bearer, `["user", "password"]` for basic. */
  auth?: Credentials;
  /** Hand the messages of a streaming answer over as they arrive, as an async iterable, instead of collecting them in an array. @default false */
  stream?: boolean;
  /** Send messages with gzip. Compressed answers are always understood. @default false */
  compress?: boolean;
  /** Largest message that is read. @default "4mb" */
  maxMessageSize?: Size;
  /** Calling twice has the effect of calling once, so that a call may be sent again to another server. @default false */
  idempotent?: boolean;
  /** Do not verify the server's certificate. @default the client's */
  insecure?: boolean;
  /**
   * While the call lasts, asks the server that often whether it is there; it has as long to answer. Servers may refuse to be asked more often than
   * every five minutes. @default never
   */
  keepAlive?: Duration;
}

/** Options of `grpc(url, options)`. */
export interface GrpcOptions extends GrpcCallOptions {
  /** A `.proto` file, or several; or the bytes of a descriptor set, as `protoc --include_imports --descriptor_set_out` writes it. */
  proto: string | readonly string[] | Uint8Array;
  /** The full name of the service, such as `routeguide.RouteGuide`. @default the end of the URL's path, or the only service that is described */
  service?: string;
  /** Directories where `.proto` files are looked for, and what they import. @default the working directory */
  includeDirs?: readonly string[];
}

/** The options of a call by name, for checking. */
export const grpcCallOptionNames: Readonly<Record<keyof GrpcCallOptions, true>> = {
  ...callOptionNames,
  metadata: true,
  auth: true,
  stream: true,
  compress: true,
  maxMessageSize: true,
  idempotent: true,
  insecure: true,
  keepAlive: true,
};

const grpcOptionNames: Readonly<Record<keyof GrpcOptions, true>> = {
  ...grpcCallOptionNames,
  proto: true,
  service: true,
  includeDirs: true,
};

const booleans = ["stream", "compress", "idempotent", "insecure"] as const;

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
export const checkGrpcOptions = (options: GrpcOptions): void => {
  refuseUnknown("grpc()", options, grpcOptionNames);
  const { proto } = options;
  const isProto = typeof proto === "string" || proto instanceof Uint8Array || (Array.isArray(proto) && proto.length > 0);
  if (!isProto) throw bad("proto", typeof proto, "Name a .proto file, or give the bytes of a descriptor set.");
  checkValues(options);
};

/** @throws as {@link checkGrpcOptions} */
export const checkGrpcCallOptions = (options: GrpcCallOptions): void => {
  refuseUnknown("a gRPC call", options, grpcCallOptionNames);
  checkValues(options);
};

const checkValues = (options: GrpcCallOptions): void => {
  for (const name of booleans) {
    const value = options[name];
    if (value !== undefined && typeof value !== "boolean") throw bad(name, value, "Use true or false.");
  }
  const { auth, keepAlive } = options;
  // Its value is not shown: it may hold a password.
  if (auth !== undefined && !(Array.isArray(auth) && (auth.length === 1 || auth.length === 2)))
    throw bad("auth", typeof auth, 'Use ["token"] or ["user", "password"].');
  if (keepAlive !== undefined && duration(keepAlive, "keepAlive") < 10) throw bad("keepAlive", keepAlive, "Use 10 ms at least.");
};

const bad = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });
