import { Engine } from "@skitai/reactor";
import { address, port } from "./contract.ts";
import { helloApp } from "./skitai-routes.ts";

const engine = new Engine({ requestLog: false });
engine.mount("/", helloApp());
await engine.listen({ address, port });
