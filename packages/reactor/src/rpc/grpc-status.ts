/** A status of gRPC by its name. */
export type GrpcStatusName =
  | "OK"
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** The codes of gRPC by name, each with the HTTP status of the same meaning. */
const table: Readonly<Record<GrpcStatusName, readonly [code: number, http: number]>> = {
  OK: [0, 200],
  CANCELLED: [1, 499],
  UNKNOWN: [2, 500],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  OUT_OF_RANGE: [11, 400],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  DATA_LOSS: [15, 500],
  UNAUTHENTICATED: [16, 401],
};

const names = Object.keys(table) as GrpcStatusName[];

/** The number of each status. */
export const grpcCodes: Readonly<Record<GrpcStatusName, number>> = Object.fromEntries(
  names.map((name) => [name, table[name][0]]),
) as Record<GrpcStatusName, number>;

/** The name of a number; of one that gRPC does not define, UNKNOWN. */
export const grpcStatusName = (code: number): GrpcStatusName => names[code] ?? "UNKNOWN";

/** The HTTP status that means the same. @example grpcHttpStatus(5) // 404 */
export const grpcHttpStatus = (code: number): number => table[grpcStatusName(code)][1];

/** The status that stands for an HTTP answer that is none of gRPC: of a proxy, for example. */
export const grpcCodeOfHttp = (statusCode: number): number => {
  const known: Readonly<Record<number, GrpcStatusName>> = {
    400: "INTERNAL",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "UNIMPLEMENTED",
    429: "UNAVAILABLE",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "UNAVAILABLE",
  };
  return grpcCodes[known[statusCode] ?? "UNKNOWN"];
};

/** Names and values that go along with a call; names that end in `-bin` have bytes. */
export type GrpcMetadata = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;

/**
 * A gRPC server's way to say no. Services throw it, clients find it as the `data` of a result.
 *
 * @example
 * const rs = await stub.GetFeature({ latitude: 0, longitude: 0 });
 * if (rs.data instanceof GrpcFault) rs.data.status; // "NOT_FOUND"
 */
export class GrpcFault extends Error {
  override readonly name: string = "GrpcFault";
  /** 1 to 16. */
  readonly code: number;
  readonly status: GrpcStatusName;
  /** What came with the status, `grpc-status-details-bin` among it. */
  readonly metadata: GrpcMetadata;

  constructor(code: number, message: string, metadata: GrpcMetadata = {}) {
    super(message);
    this.code = code;
    this.status = grpcStatusName(code);
    this.metadata = metadata;
  }
}
