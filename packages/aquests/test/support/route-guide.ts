import { fileURLToPath } from "node:url";
import {
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type GrpcObject,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { load } from "@grpc/proto-loader";

export interface Point {
  latitude: number;
  longitude: number;
}

export interface Feature {
  name: string;
  location: Point;
  kind: "PLAIN" | "SPECIAL";
  picture: Buffer;
  visitor_count: string;
}

export interface Note {
  location?: Point | null;
  message: string;
}

/** The service of `fixtures/route_guide.proto` as its users see it. */
export interface RouteGuide {
  GetFeature(point: Partial<Point>): Feature;
  ListFeatures(area: { lo: Partial<Point>; hi: Partial<Point> }): Feature[];
  RecordRoute(points: Iterable<Partial<Point>> | AsyncIterable<Partial<Point>>): { point_count: number };
  RouteChat(notes: Iterable<Note> | AsyncIterable<Note>): Note[];
}

export const proto: string = fileURLToPath(new URL("../fixtures/route_guide.proto", import.meta.url));

export interface RouteGuideServer extends AsyncDisposable {
  readonly port: number;
  readonly server: Server;
  /** Calls that were cancelled by their client. */
  readonly cancelled: string[];
  /** What came with the last call. */
  seen: { metadata: Metadata; deadline: Date | number } | undefined;
  calls: number;
}

export interface RouteGuideOptions {
  readonly port?: number;
  readonly credentials?: ServerCredentials;
  readonly options?: Record<string, number>;
}

/** A server of grpc-js. Longitudes choose what `GetFeature` does: 404 not found, 1 nothing at all. */
export const startRouteGuide = async ({ port = 0, credentials, options = {} }: RouteGuideOptions = {}): Promise<RouteGuideServer> => {
  const description = loadPackageDefinition(await load(proto, { keepCase: true, longs: String, enums: String, defaults: true }));
  const server = new Server(options);
  const made: RouteGuideServer = {
    port: 0,
    server,
    cancelled: [],
    seen: undefined,
    calls: 0,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
  const note = (
    call: { metadata: Metadata; getDeadline(): Date | number; on(event: "cancelled", listener: () => void): unknown },
    name: string,
  ): void => {
    made.calls++;
    made.seen = { metadata: call.metadata, deadline: call.getDeadline() };
    call.on("cancelled", () => made.cancelled.push(name));
  };
  const featureAt = (location: Point): Feature => ({
    name: `at ${location.latitude}`,
    location,
    kind: "SPECIAL",
    picture: Buffer.of(0, 255),
    visitor_count: "9007199254740993",
  });
  server.addService(((description["routeguide"] as GrpcObject)["RouteGuide"] as ServiceClientConstructor).service, {
    GetFeature(call: ServerUnaryCall<Point, Feature>, answer: sendUnaryData<Feature>) {
      note(call, "GetFeature");
      if (call.request.longitude === 1) return;
      const initial = new Metadata();
      initial.set("x-initial", "first");
      call.sendMetadata(initial);
      const trailers = new Metadata();
      trailers.set("x-trailer-bin", Buffer.of(1, 2));
      if (call.request.longitude === 404) return answer({ code: status.NOT_FOUND, details: "no place: 서울 100 %", metadata: trailers });
      if (call.request.longitude === 413) return answer(null, { ...featureAt(call.request), picture: Buffer.alloc(100_000) }, trailers);
      answer(null, featureAt(call.request), trailers);
    },
    ListFeatures(call: ServerWritableStream<{ lo: Point; hi: Point }, Feature>) {
      note(call, "ListFeatures");
      const { lo, hi } = call.request;
      let latitude = lo.latitude;
      const more = (): void => {
        while (latitude < hi.latitude)
          if (!call.write(featureAt({ latitude: latitude++, longitude: 0 }))) return void call.once("drain", more);
        if (hi.longitude === 1) return;
        if (hi.longitude === 500) call.emit("error", { code: status.INTERNAL, details: "half way" });
        else call.end();
      };
      more();
    },
    RecordRoute(call: ServerReadableStream<Point, { point_count: number }>, answer: sendUnaryData<{ point_count: number }>) {
      note(call, "RecordRoute");
      let count = 0;
      call.on("data", (point: Point) => {
        count++;
        if (point.longitude === 429) answer({ code: status.RESOURCE_EXHAUSTED, details: "enough" });
      });
      call.on("end", () => answer(null, { point_count: count }));
    },
    RouteChat(call: ServerDuplexStream<Note, Note>) {
      note(call, "RouteChat");
      call.on("data", ({ message }: Note) => call.write({ message: `re: ${message}` }));
      call.on("end", () => call.end());
    },
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials ?? ServerCredentials.createInsecure(), (error, given) =>
      error ? reject(error) : resolve(given),
    );
  });
  return Object.assign(made, { port: bound });
};
