/** A server on a socket: brings requests to the emulator, and turns away what is no request. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ConnectionReset } from "../faults/strike.ts";

/** What goes back over a socket. */
export interface WebResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface WebRequest {
  readonly method: string;
  /** As it stands in the request: path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Scheme and host as the client called it. */
  readonly origin: string;
}
/** An address and a port, 0 for any that is free; or a socket in the file system. */
export type WebPlace =
  | { readonly host: string; readonly port: number; readonly path?: never }
  | { readonly path: string; readonly host?: never; readonly port?: never };
export type WebDoorOptions = WebPlace & WebService;
export interface WebService {
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  answer(request: WebRequest): Promise<WebResponse>;
  /** How this service tells of an error. */
  refuse(status: number, code: string, message: string): WebResponse;
  /** How long a request, and a greeting of TLS before it, may take to come in; absent: half a minute. */
  readonly requestLimitMs?: number;
}
export interface WebDoor {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The most that Resource Manager takes: https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices */
const bodyLimit = 4 * 1024 * 1024;
const headersLimit = 32 * 1024;
export async function openWebDoor(options: WebDoorOptions): Promise<WebDoor> {
  const { host, port, path, tls, refuse, requestLimitMs = 30_000 } = options;
  const settings = { maxHeaderSize: headersLimit, requireHostHeader: false, keepAliveTimeout: 65_000 };
  const listener: RequestListener = (request, response) => serve(request, response, options);
  const server: Server = tls
    ? createHttpsServer({ ...settings, handshakeTimeout: requestLimitMs, key: tls.keyPem, cert: tls.certPem }, listener)
    : createHttpServer(settings, listener);
  server.requestTimeout = requestLimitMs;
  server.headersTimeout = requestLimitMs;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => turnAway(error, socket, refuse));
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) =>
    send(response, refuse(417, "ExpectationFailed", "The server does not meet the request's expectation."), true),
  );
  server.on("connect", (_request: IncomingMessage, socket: Duplex) =>
    writeRaw(socket, refuse(405, "MethodNotAllowed", "The HTTP method 'CONNECT' is not supported.")),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path === undefined ? { host, port } : { path }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // What happens to one connection is told there; nothing else can happen to a server that listens.
  server.on("error", () => {});
  const address = server.address() as AddressInfo | string;
  return {
    host: host ?? "",
    port: typeof address === "string" ? 0 : address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serve(request: IncomingMessage, response: ServerResponse, options: WebService): void {
  const { headers } = request;
  const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  if (!hasBody || headers["content-length"] === "0") {
    answer(request, response, "", options);
    return;
  }
  if (Number(headers["content-length"]) > bodyLimit) return tooLarge(response, options);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    const message = `The content encoding '${encoding}' is not supported.`;
    return send(response, options.refuse(415, "UnsupportedMediaType", message), true);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
    else if (!response.headersSent) tooLarge(response, options);
  });
  request.on("end", () => {
    if (response.headersSent) return;
    const bytes = Buffer.concat(chunks);
    const text = textOf(bytes);
    if (text === undefined) {
      const message = "The request content was invalid and could not be deserialized: 'The content is not UTF-8.'.";
      send(response, options.refuse(400, "InvalidRequestContent", message));
    } else answer(request, response, text, options);
  });
  // A client that breaks off in the middle wants no answer any more.
  request.on("error", () => {});
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function answer(request: IncomingMessage, response: ServerResponse, body: string, options: WebService): void {
  const { method = "GET", url = "/", headers } = request;
  const { host } = headers;
  const scheme = options.tls ? "https" : "http";
  if (host !== undefined && !/^([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i.test(host))
    return send(response, options.refuse(400, "InvalidHostHeader", "The request's Host header is malformed."));
  // `GET http://host/path`, as to a proxy: it is the path that counts.
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "") || "/";
  const origin = `${scheme}://${host ?? "localhost"}`;
  options
    // Every name but that of cookies, which nobody sends, stands once.
    .answer({ method, url: path, headers: headers as Record<string, string>, body, origin })
    .then(
      (answered) => send(response, answered),
      (thrown: unknown) => {
        if (thrown instanceof ConnectionReset) reset(request.socket);
        else send(response, options.refuse(500, "InternalServerError", "The emulator failed."));
      },
    );
}

/** As a peer that is gone: a reset where the socket can send one, otherwise an end in the middle. */
function reset(socket: Socket): void {
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}

function tooLarge(response: ServerResponse, { refuse }: WebService): void {
  const message = `The request content size exceeds the maximum size of ${bodyLimit / 1024 / 1024} MB.`;
  send(response, refuse(413, "RequestContentTooLarge", message), true);
}

/** `last`: nothing more is read from the connection. */
function send(response: ServerResponse, { status, headers, body }: WebResponse, last = false): void {
  if (response.headersSent || response.destroyed) return;
  // With its length a client knows the end at once; an answer without a body has none to tell.
  const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...headers, ...length, ...(last && { connection: "close" }) });
  response.end(body);
}

function turnAway(error: NodeJS.ErrnoException, socket: Duplex, refuse: WebService["refuse"]): void {
  // Before TLS stands there is no way to say anything.
  const isBeforeTls = /^ERR_(SSL|TLS)_/.test(error.code ?? "");
  if (error.code === "ECONNRESET" || isBeforeTls || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ([431, "RequestHeaderFieldsTooLarge", "The request's headers are too large."] as const)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ([408, "RequestTimeout", "The request did not come in in time."] as const)
        : ([400, "BadRequest", "The request is no HTTP that this server can read."] as const);
  writeRaw(socket, refuse(status, code, message));
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};
function writeRaw(socket: Duplex, { status, headers, body }: WebResponse): void {
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\r\n`);
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 ${status} ${reasons[status] ?? "Error"}\r\n${lines.join("")}\r\n${body}`);
}
