import {
  createClient,
  type Dispatch,
  type MapDispatch,
  type MongodbDatabase,
  type MongodbDocument,
  type MongodbInserted,
  type MongodbUpdated,
} from "../src/index.ts";

interface User {
  name: string;
  age: number;
}

const client = createClient();
const db: MongodbDatabase = client.mongodb("@m", "shop");

// Documents are what the call says.
export const one: Dispatch<User | null> = db.findone<User>("users", { name: "Ann" });
export const many: Dispatch<User[]> = db.findall<User>("users", { age: { $gt: 20 } }, { sort: { age: -1 }, limit: 10 });
export const more: Dispatch<User[]> = db.getMore<User>("127.0.0.1:27017/12", 100);
export const untold: Dispatch<MongodbDocument[]> = db.find("users");
export const groups: Dispatch<{ n: number }[]> = db.aggregate<{ n: number }>("users", [{ $group: { _id: "$name", n: { $sum: 1 } } }]);
export const count: Dispatch<number> = db.count("users");
export const inserted: Dispatch<MongodbInserted> = db.insert("users", { name: "Ann", age: 30 } satisfies User);
export const updated: Dispatch<MongodbUpdated> = db.upsertone("users", { name: "Ann" }, { $set: { age: 31 } });
export const all: MapDispatch<User | null> = client.mongodb.map("@m", "shop").findone<User>("users");
for await (const user of db.documents<User>("users")) user.name.padEnd(user.age);

// @ts-expect-error -- it may be null
export const named: string = (await one).data.name;
// @ts-expect-error -- nobody said what it is
export const unsaid: string | undefined = (await untold).data[0]?.name;
// @ts-expect-error -- a change is made of operators
db.update("users", {}, { name: "Eve" });
// @ts-expect-error -- a deletion says what
db.delete("users");
// @ts-expect-error -- a filter is an object
db.findone("users", "Ann");
// @ts-expect-error -- there is no such option
db.findall("users", {}, { order: 1 });
// @ts-expect-error -- one document has no batches
db.findone("users", {}, { batchSize: 1 });
// @ts-expect-error -- 2 is no order
db.findall("users", {}, { sort: { age: 2 } });
// @ts-expect-error -- a document is an object
db.insert("users", "Ann");
// @ts-expect-error -- a cursor belongs to one server
client.mongodb.map("@m").getMore("x");
// @ts-expect-error -- there is no such option
client.mongodb("@m", { pool: 1 });

export const backend: MongodbDatabase = client.backend<"mongodb">("@m");
