import { Engine } from "@skitai/reactor";
import { address, files, port } from "./contract.ts";

const engine = new Engine({ requestLog: false });
engine.mount("/", files());
await engine.listen({ address, port });
