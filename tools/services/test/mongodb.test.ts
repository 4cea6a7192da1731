import { MongoClient } from "mongodb";
import { expect, test } from "vitest";
import { acquire, type MongodbAddress } from "../src/index.ts";
import { describeWith } from "../src/vitest.ts";

interface City {
  _id: number;
  name: string;
  high: number;
}

const cities: City[] = Array.from({ length: 10 }, (_, i) => ({ _id: i, name: `city ${i}`, high: i * 3 }));

const withClient = async <T>({ url }: Pick<MongodbAddress, "url">, use: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1000, monitorCommands: true });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};

describeWith("mongodb", (service) => {
  test("keeps, finds, changes and deletes documents", async () => {
    await withClient(service, async (client) => {
      const collection = client.db().collection<City>("weather");
      expect((await collection.insertMany(cities)).insertedCount).toBe(10);
      expect(await collection.find({ high: { $gt: 20 } }, { sort: { _id: -1 }, limit: 2 }).toArray()).toEqual([cities[9], cities[8]]);
      expect((await collection.updateMany({ _id: { $lt: 3 } }, { $inc: { high: 1 } })).modifiedCount).toBe(3);
      expect(await collection.findOne({ _id: 2 })).toEqual({ _id: 2, name: "city 2", high: 7 });
      const upserted = await collection.updateOne({ _id: 77 }, { $set: { name: "new", high: 1 } }, { upsert: true });
      expect(upserted.upsertedId).toBe(77);
      expect((await collection.deleteMany({ _id: { $gte: 5 } })).deletedCount).toBe(6);
      expect(await collection.countDocuments()).toBe(5);
    });
  });

  test("cursors are read in pieces, and closed half-read", async () => {
    await withClient(service, async (client) => {
      const commands: string[] = [];
      client.on("commandSucceeded", ({ commandName }) => commands.push(commandName));
      const collection = client.db().collection<City>("cursors");
      await collection.insertMany(cities);
      expect(await collection.find({}, { batchSize: 3, sort: { _id: 1 } }).toArray()).toEqual(cities);
      const cursor = collection.find({}, { batchSize: 2 });
      await cursor.next();
      await cursor.close();
      expect(commands).toEqual(["insert", "find", "getMore", "getMore", "getMore", "find", "killCursors"]);
    });
  });

  test("each user has a database of its own, dropped by stop", async () => {
    const other = await acquire("mongodb");
    expect([other.port, other.database === service.database]).toEqual([service.port, false]);
    await withClient(other, (client) => client.db().collection("t").insertOne({ x: 1 }));
    await other.stop();
    expect(await withClient(service, (client) => client.db(other.database).listCollections().toArray())).toEqual([]);
  });

  test("an own server is gone after stop", async () => {
    const own = await acquire("mongodb", { own: true });
    await own.stop();
    await expect(withClient(own, (client) => client.db().command({ ping: 1 }))).rejects.toThrow("ECONNREFUSED");
  });
});
