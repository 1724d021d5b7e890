// Looks at the machine: Node, terminal, clock, loopback. Contacts nobody.

import { createServer } from "node:net";
import type { Io } from "../io.ts";
import { Terminal } from "../terminal.ts";
import { type Finding, fine, note, wrong } from "./finding.ts";

/** What package.json asks for, and the least that is tried. */
const WANTED = [22, 12] as const;
const LEAST = 20;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const advice = `install Node ${WANTED.join(".")} or later`;
  if (major < LEAST) return wrong("Node", `${version} is too old`, advice);
  const isWanted = major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);
  return isWanted ? fine("Node", version) : note("Node", `${version} works, and starts more slowly`, advice);
}

export function terminalFinding(io: Io): Finding {
  const out = new Terminal(io.stdout, io.env);
  if (!out.isTerminal) return fine("terminal", "none: progress is told line by line, and nothing is asked");
  const colors = out.hasColors ? "colours" : "no colours";
  const asks = io.stdin.isTTY === true ? "questions can be asked" : "standard input is none, so nothing is asked";
  const size = `${out.columns} columns, ${colors}; ${asks}`;
  if (!out.isLive)
    return note("terminal", `${size}; it is a dumb one: lines are not redrawn`, "set TERM, if it is not");
  const locale = io.env["LC_ALL"] || io.env["LC_CTYPE"] || io.env["LANG"] || "";
  const isUnicode = /utf-?8/i.test(locale) || locale === "" || out.symbols.done === "+";
  if (!isUnicode) return note("terminal", `${size}; the locale ${locale} may not show ✓`, "set LANG=C.UTF-8");
  return out.columns < 40 ? note("terminal", `${size}; lines are cut`, "make it wider") : fine("terminal", size);
}

/** A clock in the past of this program is wrong; how wrong another one is can only be told by asking somebody. */
export function clockFinding(now: number): Finding {
  const shown = `${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return now < Date.UTC(2026, 0, 1)
    ? wrong("clock", `${shown} lies before this program was made`, "set the clock: tokens are refused when it is wrong")
    : fine("clock", shown);
}

/** What `runbook emulator` needs, and what a proxy's settings can spoil. */
export async function loopbackFinding(env: Io["env"]): Promise<Finding> {
  const refused = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(0, "127.0.0.1", () => server.close(() => resolve(undefined)));
  });
  if (refused !== undefined) {
    return wrong(
      "loopback",
      `127.0.0.1 cannot be listened on (${refused})`,
      "`runbook emulator` needs it; runs do not",
    );
  }
  const proxy = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].find((name) => (env[name] ?? "") !== "");
  const without = env["NO_PROXY"] ?? env["no_proxy"] ?? "";
  const isSpared = /(^|,)\s*(\*|127\.0\.0\.1|localhost)\s*(,|$)/.test(without);
  return proxy === undefined || isSpared
    ? fine("loopback", "127.0.0.1 can be listened on")
    : note("loopback", `${proxy} is set, and NO_PROXY does not spare 127.0.0.1`, "add 127.0.0.1,localhost to NO_PROXY");
}
