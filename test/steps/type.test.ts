import { expect } from "chai";
import { Type as TypeBox } from "typebox";
import { Type } from "../../engine/steps/type.ts";

describe("the schema builder", () => {
  it("builds the schemas that TypeBox builds", () => {
    const build = (T: Pick<typeof TypeBox, keyof typeof Type>): unknown =>
      T.Object(
        {
          text: T.String({ pattern: "^a", description: "A text." }),
          none: T.Optional(T.String()),
          count: T.Integer({ minimum: 1 }),
          flag: T.Optional(T.Boolean({ description: "A flag." })),
          list: T.Array(T.Enum(["a", "b"]), { uniqueItems: true }),
          record: T.Record(T.String(), T.String(), { maxProperties: 2 }),
          word: T.Literal("word", { description: "A word." }),
          anything: T.Unknown({ description: "Anything." }),
          inner: T.Optional(T.Object({ a: T.Optional(T.Unknown()) })),
          own: T.Unsafe<number>({ type: "number", "x-own": true }),
        },
        { additionalProperties: false },
      );
    expect(JSON.parse(JSON.stringify(build(Type as unknown as typeof TypeBox)))).eql(
      JSON.parse(JSON.stringify(build(TypeBox))),
    );
  });
});
