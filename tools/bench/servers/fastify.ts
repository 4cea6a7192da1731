import Fastify from "fastify";
import { address, port } from "./contract.ts";
import { addRoutes } from "./fastify-routes.ts";

const app = Fastify();
addRoutes(app);
await app.listen({ host: address, port });
