/** The HTTPS door, on loopback only. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Emulator } from "../emulator.ts";
import { loopbackCertificate } from "./certificate.ts";

export interface HttpsDoor {
  url: string;
  caPem: string;
  close(): Promise<void>;
}
export async function openHttpsDoor(emulator: Emulator, port = 0): Promise<HttpsDoor> {
  const { caPem, certPem, keyPem } = loopbackCertificate();
  const server = createServer({ key: keyPem, cert: certPem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([k, v]) => [k, Array.isArray(v) ? v.join(", ") : (v ?? "")]),
      );
      emulator
        .handle({
          method: request.method ?? "GET",
          url: request.url ?? "/",
          headers,
          body: Buffer.concat(chunks).toString("utf8"),
          door: "https",
        })
        .then(
          (r) => {
            response.writeHead(r.status, r.headers);
            response.end(r.body);
          },
          () => {
            response.writeHead(500);
            response.end();
          },
        );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    caPem,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
