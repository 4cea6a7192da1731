import { Agent } from "node:http";
import axios from "axios";
import { measured } from "./measured.ts";
import { expected, url } from "./target.ts";

const httpAgent = new Agent({ keepAlive: true, maxSockets: 50 });

await measured(async () => {
  const { data } = await axios.get<string>(url, { httpAgent });
  if (data !== expected) throw new Error(data);
});
