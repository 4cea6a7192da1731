import { join } from "node:path";
import Fastify from "fastify";
import { address, port, scratch } from "./contract.ts";
import { addRoutes } from "./fastify-routes.ts";

const app = Fastify({ logger: { file: join(scratch(), "request.log") } });
addRoutes(app);
await app.listen({ host: address, port });
