import { join } from "node:path";
import Fastify from "fastify";
import { pino } from "pino";
import { address, port, scratch } from "./contract.ts";
import { addRoutes } from "./fastify-routes.ts";

/** The logger writes a block of lines at a time, as its documentation advises for speed at the price of lines lost in a crash. */
const stream = pino.destination({ dest: join(scratch(), "request.log"), minLength: 4096, sync: false });
const app = Fastify({ logger: { stream } });
addRoutes(app);
await app.listen({ host: address, port });
