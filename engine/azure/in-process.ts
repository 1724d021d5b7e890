// The SDKs' way to a server in this process: no socket is opened, nothing leaves the machine.

import { createHttpHeaders, type HttpClient, type PipelineRequest, RestError } from "@azure/core-rest-pipeline";

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
      const handled = server.handle(sent).catch((thrown: unknown) => {
        const { code, message } = thrown as NodeJS.ErrnoException;
        // As the SDKs' own client tells of a broken socket.
        throw code === "ECONNRESET" ? new RestError(message, { code, request }) : thrown;
      });
      const answer = await unlessAborted(handled, request.abortSignal);
      return { status: answer.status, headers: createHttpHeaders(answer.headers), bodyAsText: answer.body, request };
    },
  };
}

/** The server goes on with what it was asked, as one behind a socket would. */
function unlessAborted<T>(work: Promise<T>, signal: PipelineRequest["abortSignal"]): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(Object.assign(new Error("The operation was aborted."), { name: "AbortError" }));
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
