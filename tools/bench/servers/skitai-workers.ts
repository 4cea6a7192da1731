import skitai from "skitai";
import { address, port, workers } from "./contract.ts";
import { helloApp } from "./skitai-routes.ts";

skitai.mount("/", helloApp());
await skitai.run({ address, port, workers: workers(), requestLog: false });
