import fastifyStatic from "@fastify/static";
import Fastify from "fastify";
import { address, files, port } from "./contract.ts";

const app = Fastify();
await app.register(fastifyStatic, { root: files() });
await app.listen({ host: address, port });
