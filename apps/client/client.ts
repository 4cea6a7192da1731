import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createClient } from "@skitai/aquests";

// The client without the engine: any server may use it. This one asks itself.
const port = Number(process.env["PORT"] ?? 5000);
const client = createClient({ timeout: "3s" });
client.alias("@self", "http", [`127.0.0.1:${port} 20`, `localhost:${port} 10`]);

const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
  if (req.url === "/") {
    const users = client.get<string>(`http://127.0.0.1:${port}/users?id=1`); // all of them are under way now
    const photos = client.get<string>("@self/photos");
    const members = client.get.map("@self/status");
    res.end(JSON.stringify({ asked: [(await users).data, (await photos).data], members: (await members).statusCode }));
  } else if (req.url === "/driver") {
    const { error } = await client.postgresql("127.0.0.1:5432", "mydb").execute("SELECT 1");
    res.end(error?.message);
  } else {
    res.setHeader("Content-Type", "application/json").end(JSON.stringify(req.url));
  }
};

createServer((req, res) => void answer(req, res)).listen(port);
