import { expect } from "chai";
import { problemWith } from "./fuzz-case.ts";
import { mutated, randomFrom, seedTexts } from "./mutation.ts";

describe("a runbook broken at random", () => {
  it("is read, checked and laid out all the same (`npm run fuzz` tries many more)", () => {
    const random = randomFrom(7);
    const texts = seedTexts();
    for (let count = 0; count < 300; count++) {
      const text = mutated(texts[Math.floor(random() * texts.length)]!, random);
      expect(problemWith(text) && problemWith(text), JSON.stringify(text)).equal(undefined);
    }
  }).timeout(60_000);
});
