import { createHash } from "node:crypto";
/** Invented values depend on what they are for, never on when or in which order they are asked. */
export class Inventor {
  readonly seed: string;
  constructor(seed: string) {
    this.seed = seed;
  }
  hex(purpose: string, id: string, length = 32): string {
    return createHash("sha256").update(`${this.seed}|${purpose}|${id.toLowerCase()}`).digest("hex").slice(0, length);
  }
  guid(purpose: string, id: string): string {
    const h = this.hex(purpose, id);
    const variant = ((parseInt(h[16] ?? "0", 16) & 3) | 8).toString(16);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20, 32)}`;
  }
}
