import { expect, onTestFinished, test } from "vitest";
import type { SqlDatabase } from "../../src/index.ts";

/** What transactions do on every database. The table accounts holds a: 10 and b: 0; amounts are never below 0. */
export const transactionCases = (database: () => SqlDatabase): void => {
  const amounts = async (): Promise<unknown[]> => {
    const rs = await database().execute<{ amount: number }>("SELECT amount FROM accounts ORDER BY name");
    return rs.reraise().data.map(({ amount }) => amount);
  };

  test("a transaction gives what its function gives, and keeps what it did", async () => {
    const value = await database().transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = amount - $1 WHERE name = $2", [4, "a"]);
      return (await tx.do("UPDATE accounts SET amount = amount + $n WHERE name = $name", { n: 4, name: "b" })).data;
    });
    expect([value, await amounts()]).toEqual([1, [6, 4]]);
  });

  test("what the function throws is thrown, and undoes everything", async () => {
    const thrown = new Error("no");
    const work = database().transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = 99");
      throw thrown;
    });
    await expect(work).rejects.toBe(thrown);
    expect(await amounts()).toEqual([10, 0]);
  });

  test("a statement that fails rejects, and undoes everything", async () => {
    const work = database().transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = 5 WHERE name = 'b'");
      await tx.do("UPDATE accounts SET amount = -1 WHERE name = 'a'");
    });
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE", statusCode: 500 });
    expect(await amounts()).toEqual([10, 0]);
  });

  test("after a failure that was caught nothing more is carried out, and nothing is kept", async () => {
    const refused: unknown[] = [];
    const work = database().transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = 5 WHERE name = 'b'");
      await tx.do("UPDATE accounts SET amount = -1 WHERE name = 'a'").catch(() => undefined);
      await tx.do("UPDATE accounts SET amount = 7 WHERE name = 'a'").catch((error: unknown) => refused.push(error));
    });
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    expect(refused).toMatchObject([{ code: "SKITAI_AQUESTS_BAD_REQUEST" }]);
    expect(await amounts()).toEqual([10, 0]);
  });

  test("a failure that nobody waits for is told once, by the transaction", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): number => unhandled.push(error);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const work = database().transaction(async (tx) => {
      void tx.do("UPDATE accounts SET amount = 5 WHERE name = 'b'");
      void tx.do("bad sql");
      void tx.execute("SELECT 1");
      return 1;
    });
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    const inner = database().transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = 5 WHERE name = 'b'");
      void tx.transaction((within) => within.do("bad sql"));
    });
    await expect(inner).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    expect(await amounts()).toEqual([10, 0]);
    expect(unhandled).toEqual([]);
  });

  test("what nobody waits for is done before the end", async () => {
    await database().transaction(async (tx) => {
      void tx.transaction(async (within) => {
        await within.do("UPDATE accounts SET amount = 5 WHERE name = 'b'");
        await within.do("UPDATE accounts SET amount = 6 WHERE name = 'a'");
      });
    });
    expect(await amounts()).toEqual([6, 5]);
  });

  test("an inner transaction can fail alone", async () => {
    await database().transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = 5 WHERE name = 'b'");
      const inner = tx.transaction(async (within) => {
        await within.do("UPDATE accounts SET amount = 99 WHERE name = 'b'");
        await within.do("UPDATE accounts SET amount = -1 WHERE name = 'a'");
      });
      await expect(inner).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
      await tx.transaction((within) => within.do("UPDATE accounts SET amount = amount + 1 WHERE name = 'b'"));
    });
    expect(await amounts()).toEqual([10, 6]);
  });

  test("a transaction that takes too long is undone", async () => {
    let refused: unknown;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const work = database().transaction(
      async (tx) => {
        await tx.do("UPDATE accounts SET amount = 99");
        await new Promise((resolve) => setTimeout(resolve, 45));
        await tx.do("UPDATE accounts SET amount = 98").catch((error: unknown) => (refused = error));
        end();
      },
      { timeout: 25 },
    );
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
    expect(await amounts()).toEqual([10, 0]);
    await ended;
    expect(refused).toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
    expect(await amounts()).toEqual([10, 0]);
  });

  test("a transaction that is given up is undone", async () => {
    const controller = new AbortController();
    const work = database().transaction(
      async (tx) => {
        await tx.do("UPDATE accounts SET amount = 99");
        controller.abort(new Error("changed my mind"));
        await tx.do("UPDATE accounts SET amount = 98");
      },
      { signal: controller.signal },
    );
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
    expect(await amounts()).toEqual([10, 0]);
  });

  test("a transaction is over when its function is", async () => {
    const late = await database().transaction(async (tx) => ({ tx }));
    await expect(late.tx.do("UPDATE accounts SET amount = 99")).rejects.toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST" });
    expect(await amounts()).toEqual([10, 0]);
  });

  test("a transaction that only reads cannot write", async () => {
    const work = database().transaction((tx) => tx.do("UPDATE accounts SET amount = 99"), { readOnly: true });
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    expect(await amounts()).toEqual([10, 0]);
  });

  test("many transactions at once lose nothing", async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => database().transaction((tx) => tx.do("UPDATE accounts SET amount = amount + 1 WHERE name = 'b'"))),
    );
    expect(await amounts()).toEqual([10, 20]);
  });
};
