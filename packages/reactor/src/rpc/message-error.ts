import { ReactorError } from "../errors.ts";

export type RpcProtocol = "XML-RPC" | "JSON-RPC" | "gRPC";

/** What arrived is not a message of its protocol. */
export const unreadable = (protocol: RpcProtocol, reason: string, cause?: unknown): ReactorError =>
  new ReactorError("SKITAI_REACTOR_RPC_UNREADABLE", { protocol, reason }, { cause, status: 400 });

/** What should be sent has no form in the protocol. */
export const unwritable = (protocol: RpcProtocol, path: string, reason: string, cause?: unknown): ReactorError =>
  new ReactorError("SKITAI_REACTOR_RPC_UNWRITABLE", { protocol, path, reason }, { cause });
