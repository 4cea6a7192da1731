import type { FastifyInstance } from "fastify";
import { helloJson, helloText } from "./contract.ts";

/** Fastify's routes, with the response schema that its documentation names as the fast way. */
export const addRoutes = (app: FastifyInstance): void => {
  app.get("/text", (_request, reply) => reply.send(helloText));
  const schema = { response: { 200: { type: "object", properties: { hello: { type: "string" } } } } };
  app.get("/json", { schema }, (_request, reply) => reply.send(helloJson));
};
