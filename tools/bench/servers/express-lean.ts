import express from "express";
import { addRoutes } from "./express-routes.ts";
import { address, port } from "./contract.ts";

/** Without the entity tag and the advertisement that the other servers do not send either. */
const app = express();
app.disable("x-powered-by");
app.disable("etag");
addRoutes(app);
app.listen(port, address);
