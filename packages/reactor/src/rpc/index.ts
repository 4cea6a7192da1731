// XML-RPC
export { decodeXml } from "./xml-text.ts";
export { readXmlRpcCall, readXmlRpcMulticall, readXmlRpcResponse } from "./xmlrpc-read.ts";
export { writeXmlRpcCall, writeXmlRpcFault, writeXmlRpcResponse } from "./xmlrpc-write.ts";
export { XmlRpcFault } from "./xmlrpc-value.ts";
export type { XmlRpcCall, XmlRpcValue } from "./xmlrpc-value.ts";

// JSON-RPC 2.0
export { readJsonRpcAnswer, readJsonRpcAnswers, readJsonRpcRequest } from "./jsonrpc-read.ts";
export type { JsonRpcRequest } from "./jsonrpc-read.ts";
export { writeJsonRpcAnswer, writeJsonRpcCall } from "./jsonrpc-write.ts";
export { JsonRpcFault, jsonRpcCodes } from "./jsonrpc-message.ts";
export type { JsonRpcAnswer, JsonRpcCall, JsonRpcId, JsonRpcParams } from "./jsonrpc-message.ts";

// gRPC
export { readGrpcFrames, writeGrpcFrame, writeGzippedGrpcFrame } from "./grpc-frames.ts";
export type { GrpcFrameOptions } from "./grpc-frames.ts";
export { readGrpcMessage, readGrpcMetadata, writeGrpcMessage, writeGrpcMetadata, writeGrpcTimeout } from "./grpc-metadata.ts";
export { GrpcFault, grpcCodeOfHttp, grpcCodes, grpcHttpStatus, grpcStatusName } from "./grpc-status.ts";
export type { GrpcMetadata, GrpcStatusName } from "./grpc-status.ts";
