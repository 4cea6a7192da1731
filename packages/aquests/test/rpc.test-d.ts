import {
  createClient,
  type Dispatch,
  type GrpcFault,
  type JsonRpcFault,
  type MapDispatch,
  type Plan,
  type WebSocketConnection,
  type WebSocketMessage,
  type XmlRpcFault,
} from "../src/index.ts";

const client = createClient();

interface Post {
  title: string;
}

interface Methods {
  add(a: number, b: number): number;
  later(): Promise<Date>;
  bbs: { query(text: string): Post[] };
}

// One type argument types the methods of a remote object, nested ones too; promises are what they promise.
const stub = client.rpc<Methods>("http://127.0.0.1/rpc2");
export const sum: Dispatch<number> = stub.add(1, 2);
export const later: Dispatch<Date> = stub.later();
export const posts: Dispatch<Post[]> = stub.bbs.query("Beethoven");
export const all: MapDispatch<number> = client.jsonrpc.map<Methods>("@calc").add(1, 2);
// @ts-expect-error -- add takes numbers
stub.add("1", 2);
// @ts-expect-error -- add takes two
stub.add(1);
// @ts-expect-error -- there is no such method
stub.subtract(1, 2);
// @ts-expect-error -- map gives several results
export const single: Dispatch<number> = client.rpc.map<Methods>("@calc").add(1, 2);
// @ts-expect-error -- a remote object does not stream bodies
client.rpc<Methods>("http://127.0.0.1/", { stream: true });

// Without it any name is a method, and data is unknown.
export const anything: Dispatch<unknown> = client.rpc("http://127.0.0.1/").bbs!.query!("Beethoven");

// A batch is a tuple of what its calls give, or their faults.
const several = client.rpc.multicall("http://127.0.0.1/", (calls: Plan<Methods>) => [calls.add(1, 2), calls.bbs.query("Bach")]);
const [first, second] = (await several).data;
export const one: number | XmlRpcFault = first;
export const two: Post[] | XmlRpcFault = second;
// @ts-expect-error -- it may be a fault
export const sure: number = first;
const batch = client.jsonrpc.batch("http://127.0.0.1/", (call: Plan<Methods>, notify) => [call.add(1, 2), notify.log!("x")]);
export const third: number | JsonRpcFault = (await batch).data[0];
// @ts-expect-error -- there are two
export const fourth: unknown = (await batch).data[2];
// @ts-expect-error -- it is by position or by name
client.jsonrpc("http://127.0.0.1/", { by: "order" });

// gRPC: a stream of answers is an array, or an async iterable where that is said.
interface Routes {
  GetFeature(point: { latitude: number }): { name: string };
  ListFeatures(area: { low: number }): { name: string }[];
}
const routes = client.grpc<Routes>("http://127.0.0.1/a.Routes", { proto: "routes.proto" });
export const feature: Dispatch<{ name: string }> = routes.GetFeature({ latitude: 1 }, { timeout: "1s" });
export const features: Dispatch<{ name: string }[]> = routes.ListFeatures({ low: 1 });
export const arriving: Dispatch<AsyncIterable<{ name: string }>> = routes.ListFeatures({ low: 1 }, { stream: true });
// @ts-expect-error -- a latitude is a number
routes.GetFeature({ latitude: "1" });
// @ts-expect-error -- services are described somewhere
client.grpc("http://127.0.0.1/a.Routes");
// @ts-expect-error -- there is no such option of a call
routes.GetFeature({ latitude: 1 }, { retries: 1 });
export const faultCode = (fault: GrpcFault): number => fault.code;

// WebSocket: text or bytes, or what is said of JSON.
export const text: Dispatch<string | Buffer> = client.ws("ws://127.0.0.1/", "hello");
export const bytes: Dispatch<Buffer> = client.ws<Buffer>("ws://127.0.0.1/", Buffer.of(1));
export const parsed: Dispatch<Post> = client.ws<Post>("ws://127.0.0.1/", { id: 1 }, { encoding: "json" });
// @ts-expect-error -- objects need an encoding
client.ws("ws://127.0.0.1/", { id: 1 });
export const socket: WebSocketConnection<string | Buffer, WebSocketMessage> = await client.ws.connect("ws://127.0.0.1/");
const json = await client.wss.connect<Post, { id: number }>("wss://127.0.0.1/", { encoding: "json", heartbeat: "30s" });
for await (const post of json) export_(post.title);
// @ts-expect-error -- a message is what was said
void json.send("hello");
// @ts-expect-error -- a connection is not kept in a cache
void client.ws.connect("ws://127.0.0.1/", { useCache: false });

function export_(text: string): string {
  return text;
}
