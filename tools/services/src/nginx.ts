import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { writeCertificate } from "./certificate.ts";
import type { NginxAddress, ServiceKind } from "./contract.ts";
import { FixedService } from "./fixed-service.ts";
import { findProgram, freePort, scratchDirectory, ServerProgram } from "./program.ts";

const user = "hans";
const password = "röhrich 1";

/**
 * nginx as a server of HTTP/1.1, and of HTTP/2 over TLS:
 *
 * - `/files/small.txt` (13 bytes), `/files/large.bin` (1 MiB), `/files/page.html`: files with validators and ranges
 * - `/gzip/page.html`: compressed for who accepts it; `/chunked/page.html`: without a length
 * - `/echo`: method, URI, version and Authorization of the request, as text
 * - `/redirect/<status>`: 301, 302, 303, 307 or 308 to `/echo`; `/loop`: to itself; `/elsewhere`: to the plain port on `localhost`
 * - `/private/small.txt`: basic authentication
 * - `/status/<code>`: 204, 404, 500 or 503
 * - `/upload/<name>`: PUT keeps a file, GET shows it, DELETE removes it
 * - `/closing`: closes the connection after its answer
 */
export const nginx: ServiceKind<NginxAddress> = {
  remedy: "install nginx (Debian: nginx-light)",
  find() {
    const file = findProgram(["nginx"]);
    return file === undefined ? undefined : { from: "program", file };
  },
  async start(source, { port = 0 }) {
    if (source.from === "environment") throw new Error("nginx has no URL in the environment.");
    const scratch = await scratchDirectory();
    const ports = { plain: port === 0 ? await freePort() : port, tls: await freePort() };
    const { ca } = await writeCertificate(scratch);
    for (const folder of ["files", "upload", "temporary"]) await mkdir(join(scratch, folder));
    await writeFile(join(scratch, "files/small.txt"), "Hello, world\n");
    await writeFile(join(scratch, "files/large.bin"), Buffer.alloc(2 ** 20, "0123456789abcdef"));
    await writeFile(join(scratch, "files/page.html"), `<!doctype html><p>${"many words, ".repeat(1000)}</p>\n`);
    await writeFile(join(scratch, "users"), `${user}:{PLAIN}${password}\n`);
    await writeFile(join(scratch, "nginx.conf"), configuration(ports.plain, ports.tls));
    const program = await ServerProgram.start(source.file, ["-p", scratch, "-c", "nginx.conf", "-e", "stderr"], {
      scratch,
      answers: () => answered(ports.plain),
    });
    const address = {
      url: `http://127.0.0.1:${ports.plain}`,
      host: "127.0.0.1",
      port: ports.plain,
      tlsUrl: `https://127.0.0.1:${ports.tls}`,
      ca,
      user,
      password,
    };
    return new FixedService(address, program);
  },
};

const configuration = (port: number, tlsPort: number): string => `
daemon off;
master_process off;
pid nginx.pid;
events { worker_connections 512; }
http {
  types { text/plain txt; text/html html; }
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path temporary/${name};`).join("\n  ")}
  keepalive_timeout 60s;
  keepalive_requests 100000;
  absolute_redirect off;
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${tlsPort} ssl http2;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    client_max_body_size 64m;
    default_type text/plain;
    location /files/ { root .; expires 60s; }
    location /gzip/ { alias files/; gzip on; gzip_types *; gzip_vary on; }
    location /chunked/ { alias files/; ssi on; }
    location = /echo { return 200 "$request_method $request_uri $server_protocol $http_authorization\\n"; }
    ${[301, 302, 303, 307, 308].map((status) => `location = /redirect/${status} { return ${status} /echo; }`).join("\n    ")}
    location = /loop { return 302 /loop; }
    location = /elsewhere { return 302 http://localhost:${port}/echo; }
    location /private/ { alias files/; auth_basic "members"; auth_basic_user_file users; }
    ${[204, 404, 500, 503].map((status) => `location = /status/${status} { return ${status}; }`).join("\n    ")}
    location /upload/ { root .; dav_methods PUT DELETE; }
    location = /closing { keepalive_timeout 0; return 200 "closing\\n"; }
  }
}
`;

const answered = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/status/204", agent: false }, (answer) => {
      answer.resume();
      resolve();
    });
    asked.once("error", reject).end();
  });
