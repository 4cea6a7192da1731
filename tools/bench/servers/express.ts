import express from "express";
import { addRoutes } from "./express-routes.ts";
import { address, port } from "./contract.ts";

/** As it comes: with an entity tag on every answer. */
const app = express();
addRoutes(app);
app.listen(port, address);
