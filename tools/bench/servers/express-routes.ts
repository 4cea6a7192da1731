import type { Express } from "express";
import { helloJson, helloText } from "./contract.ts";

export const addRoutes = (app: Express): void => {
  app.get("/text", (_req, res) => {
    res.send(helloText);
  });
  app.get("/json", (_req, res) => {
    res.json(helloJson);
  });
};
