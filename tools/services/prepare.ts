import { buildFerretdb } from "./src/ferretdb.ts";
import { availability, serviceNames } from "./src/kinds.ts";

// Makes the servers that no system has a package of; the others are told how to get.
if (!availability("mongodb").available) {
  process.stdout.write("Building FerretDB, once for this machine: about a minute.\n");
  await buildFerretdb();
}
for (const name of serviceNames) {
  const found = availability(name);
  process.stdout.write(found.available ? `${name} is here.\n` : `${found.reason}.\n`);
}
