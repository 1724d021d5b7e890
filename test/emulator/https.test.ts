import { get } from "node:https";
import { expect } from "chai";
import { openHttpsDoor } from "../../engine/emulator/doors/https.ts";
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
});
