// The SDKs' way to a server in this process: no socket is opened, nothing leaves the machine.

import { createHttpHeaders, type HttpClient, RestError } from "@azure/core-rest-pipeline";

/** What the embedded emulator offers; it shares no code with this side. Rejects with a code where a socket would break. */
export interface InProcessServer {
  handle(request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly door: "in-process";
  }): Promise<{ readonly status: number; readonly headers: Record<string, string>; readonly body: string }>;
}

export function inProcessClient(server: InProcessServer): HttpClient {
  return {
    async sendRequest(request) {
      const { body } = request;
      if (body !== undefined && body !== null && typeof body !== "string") {
        throw new Error("the in-process client sends text only");
      }
      const headers: Record<string, string> = {};
      for (const [name, value] of request.headers) headers[name.toLowerCase()] = value;
      const { method, url } = request;
      const sent = { method, url, headers, ...(typeof body === "string" && { body }), door: "in-process" } as const;
      const answer = await server.handle(sent).catch((thrown: unknown) => {
        const { code, message } = thrown as NodeJS.ErrnoException;
        // As the SDKs' own client tells of a broken socket.
        throw code === "ECONNRESET" ? new RestError(message, { code, request }) : thrown;
      });
      return { status: answer.status, headers: createHttpHeaders(answer.headers), bodyAsText: answer.body, request };
    },
  };
}
