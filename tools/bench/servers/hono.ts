import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { address, helloJson, helloText, port } from "./contract.ts";

const app = new Hono();
app.get("/text", (context) => context.text(helloText));
app.get("/json", (context) => context.json(helloJson));
serve({ fetch: app.fetch, hostname: address, port });
