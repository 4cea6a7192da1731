import { Engine } from "@skitai/reactor";
import { address, port, scratch } from "./contract.ts";
import { helloApp } from "./skitai-routes.ts";

const engine = new Engine({ logPath: scratch() });
engine.mount("/", helloApp());
await engine.listen({ address, port });
