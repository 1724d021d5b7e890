import { once } from "node:events";
import { get } from "node:https";
import { connect } from "node:net";
import { expect } from "chai";
import { leafOf, makeAuthority } from "../../engine/emulator/doors/certificate.ts";
import { openHttpsDoor } from "../../engine/emulator/doors/https.ts";
import { openWebDoor } from "../../engine/emulator/doors/web-door.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";

describe("the HTTPS door", () => {
  it("is trusted through its own authority", async () => {
    const door = await openHttpsDoor(Emulator.open());
    const status = await new Promise((resolve, reject) => {
      get(`${door.url}/subscriptions?api-version=2022-12-01`, { ca: door.caPem }, (r) => {
        r.resume();
        resolve(r.statusCode);
      }).on("error", reject);
    });
    expect(status).to.equal(401);
    await door.close();
  });
  it("closes a connection whose greeting of TLS does not come to its end", async () => {
    const authority = makeAuthority();
    const door = await openWebDoor({
      host: "127.0.0.1",
      port: 0,
      tls: leafOf(authority, ["localhost"]),
      answer: () => Promise.reject(new Error("nothing asked")),
      refuse: (status) => ({ status, headers: {}, body: "" }),
      requestLimitMs: 50,
    });
    // The head of a record of 512 bytes, and the first of them.
    const socket = connect(door.port, "127.0.0.1", () => socket.write(Buffer.from("160301020001", "hex")));
    await once(socket.resume(), "close");
    await door.close();
  });
});
