// Versions of one service side by side, two sites by name, and preferences that belong to this run rather than to the apps.
import skitai from "skitai";

// Two versions in one directory: both have its templates.
skitai.mount("/", "static");
skitai.mount("/v1", "app_v1");
skitai.mount("/v2", "app_v2");

// A version in a directory of its own, with its own files and templates. What its bootstrap.ts does happens before the app is loaded.
const pref = skitai.pref();
pref.config.changes = skitai.abspath("app_v3", "changes.txt");
skitai.mount("/v3", "app_v3/static");
skitai.mount("/v3", "app_v3/app", { pref, name: "app_v3" });

// The same app again, as guests shall see it.
const guests = skitai.pref();
guests.config.greeting = "Welcome, guest";
skitai.mount("/guests", "app_v2", { pref: guests, name: "guests" });

// Who asks for another name gets another site.
skitai.mount("/", "site1.ts", { host: "www.site1.com" });
skitai.mount("/", "site2.ts", { host: "www.site2.com .site2.org" });

await skitai.run({ port: Number(process.env["PORT"] ?? 5000) });
