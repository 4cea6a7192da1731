import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { findProgram } from "../measure/machine.ts";
import type { Place, ServerSpec } from "../measure/server.ts";

/** nginx with one worker, its usual settings for files, and no log. */
export const nginxStatic: ServerSpec = {
  name: "nginx",
  needs: ["nginx"],
  command: (place: Place): string[] => {
    const file = join(place.scratch, "nginx.conf");
    writeFileSync(file, configuration(place));
    return [findProgram("nginx") ?? "nginx", "-p", place.scratch, "-e", "stderr", "-c", file];
  },
};

/** The workers of a master that runs as root are told to stay that user, else they could not read the directory. */
const configuration = ({ port, files, scratch }: Place): string => `
${userInfo().uid === 0 ? "user root;" : ""}
daemon off;
worker_processes 1;
pid ${scratch}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  types { text/css css; image/jpeg jpg; }
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_body_temp_path ${scratch}/body;
  proxy_temp_path ${scratch}/proxy;
  fastcgi_temp_path ${scratch}/fastcgi;
  uwsgi_temp_path ${scratch}/uwsgi;
  scgi_temp_path ${scratch}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${files};
  }
}
`;
