import { createClient, type Dispatch, type MapDispatch, type Result, type Results } from "../src/index.ts";

const client = createClient({
  timeout: "3s",
  aliases: { "@users": ["http", ["10.0.0.1:5000 20", "10.0.0.2:5000"], { policy: "roundRobin" }] },
});

interface User {
  name: string;
}

// Data is what the call says, and unknown where it says nothing.
export const named: Dispatch<User> = client.get<User>("http://127.0.0.1/");
export const name: string = (await named).data.name;
export const untold: Result<unknown> = await client.get("http://127.0.0.1/");
// @ts-expect-error -- nobody said what it is
export const unsaid: string = untold.data.name;

// map gives several.
export const mapped: MapDispatch<User> = client.get.map<User>("@users/list");
export const results: Results<User> = await mapped;
export const names: string[] = results.data.map((user) => user.name);
for (const result of results) export_(result.data.name);

// Times have units, options have names, credentials are one or two texts.
client.get("http://127.0.0.1/", { timeout: "1s", auth: ["token"], headers: { accept: "text/html" }, useCache: Date.now() });
client.get("http://127.0.0.1/", { q: "Mozart", page: 1 }, { timeout: 500 });
// @ts-expect-error -- "1 second" is no duration
client.get("http://127.0.0.1/", { timeout: "1 second" });
// @ts-expect-error -- there is no such option
client.get("http://127.0.0.1/", { timout: 1 });
// @ts-expect-error -- a user needs a password
client.get("http://127.0.0.1/", { auth: [] });
// @ts-expect-error -- there is no such verb
client.fetch("http://127.0.0.1/");
// @ts-expect-error -- an alias needs members
client.alias("@users", "http");

// A filter and a callback see the same type.
client.get<User>("http://127.0.0.1/", { filter: (rs) => void (rs.data = { name: rs.data.name.trim() }), callback: (rs) => rs.data.name });
// @ts-expect-error -- a user has no age
client.get<User>("http://127.0.0.1/", { callback: (rs) => rs.data.age });

// Remote methods have the types that they are given.
const remote = client.rpc<{ add(a: number, b: number): number; bbs: { query(text: string): string[] } }>("http://127.0.0.1/rpc2");
export const sum: number = (await remote.add(1, 2)).data;
export const found: string[] = (await remote.bbs.query("Beethoven")).data;
// @ts-expect-error -- numbers are added
remote.add("1", 2);
// @ts-expect-error -- it cannot subtract
remote.subtract(1, 2);

// Rows have the type that the statement is said to give.
const db = client.postgresql("127.0.0.1:5432", "mydb", ["user", "password"]);
export const cities: string[] = (await db.execute<{ city: string }>("SELECT city FROM weather")).data.map((row) => row.city);
// @ts-expect-error -- a row has no country
(await db.execute<{ city: string }>("SELECT city FROM weather")).data.map((row) => row.country);
// @ts-expect-error -- parameters are a list or named
db.execute("SELECT $1", 1);

function export_(text: string): void {
  void text;
}
