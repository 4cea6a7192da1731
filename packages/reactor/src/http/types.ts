import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

/** The real Node request, of HTTP/1.x or HTTP/2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** The real Node response, of HTTP/1.x or HTTP/2. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** A Node request listener; the third argument is how Express and Connect pass on what nobody answered. */
export type NodeListener = (req: NodeRequest, res: NodeResponse, next?: (error?: unknown) => void) => void;

/** Headers as Node's `rawHeaders` has them: name, value, name, value. */
export type FlatHeaders = string[];
