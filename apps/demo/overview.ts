import type { HttpOptions, Saddle, SaddleWas } from "skitai";
import type { Machine } from "./express-app.ts";
import { settings } from "./settings.ts";

/** A part of a page; undefined when it did not come, or not in time: the page is shown without it. */
const part = async <Value>(was: SaddleWas, coming: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await coming;
  } catch (error) {
    was.traceback(error);
    return undefined;
  }
};

/** Pages that are made of several calls. */
export const addOverview = (app: Saddle): void => {
  app.route("/overview", { name: "overview", methods: ["GET"] }, async (was) => {
    const voter = was.remoteAddress;
    // All of them are under way at once, and each has a time limit of its own.
    const [newest, top, days, machine] = await Promise.all([
      part(was, was.links.list({ voter, page: 1, size: 5 })),
      part(was, was.links.list({ voter, order: "top", page: 1, size: 5 })),
      part(was, was.links.days(7)),
      part(was, machineOf(was)),
    ]);
    return was.render("overview.html", { here: "overview", newest, top, days, machine });
  });

  app.route("/checkup", { name: "checkup", methods: ["GET"] }, (was) => {
    const began = performance.now();
    const [head = "", tail = ""] = was.render("checkup.html").split("<!-- answers -->");
    // Called for each answer when it comes, so that nobody waits for the slowest part to hear of the others.
    const promise = was.promise((own, rs) => {
      own.send(String(own.render("partials/answer.html", { rs, took: Math.ceil(performance.now() - began) })));
      if (own.fulfilled()) own.settle(tail);
    });
    promise.send(head);
    const options: HttpOptions = { timeout: "2s", useCache: false };
    promise.backend("The database", "@links", options).execute("SELECT 1");
    promise.get("The Express app", "@site/express/machine", options);
    promise.get("The Hono app", "@site/hono/", options);
    for (const [third, port] of settings.searchPorts.entries())
      promise.get(`Search service ${third + 1}`, `http://127.0.0.1:${port}/find?q=http&voter=nobody&most=1`, options);
    return promise;
  });
};

/** What the Express app tells of the machine: a web service like any other, which may be slow or broken. */
const machineOf = async (was: SaddleWas): Promise<Machine> => {
  const rs = await was.getJson<Machine>("@site/express/machine", { timeout: "1s" });
  return rs.raiseForStatus().cache(5).data;
};
