import { expect } from "chai";
import { Type } from "../../engine/steps/type.ts";

const SCHEMA = {
  type: "object",
  required: ["text", "count", "list", "record", "word", "anything", "own"],
  properties: {
    text: {
      type: "string",
      pattern: "^a",
      description: "A text.",
    },
    none: {
      type: "string",
    },
    count: {
      type: "integer",
      minimum: 1,
    },
    flag: {
      type: "boolean",
      description: "A flag.",
    },
    list: {
      type: "array",
      items: {
        enum: ["a", "b"],
      },
      uniqueItems: true,
    },
    record: {
      type: "object",
      patternProperties: {
        "^.*$": {
          type: "string",
        },
      },
      maxProperties: 2,
    },
    word: {
      type: "string",
      const: "word",
      description: "A word.",
    },
    anything: {
      description: "Anything.",
    },
    inner: {
      type: "object",
      properties: {
        a: {},
      },
    },
    own: {
      type: "number",
      "x-own": true,
    },
  },
  additionalProperties: false,
};

describe("the schema builder", () => {
  it("builds plain JSON Schema, in which what is not optional is required", () => {
    const built = Type.Object(
      {
        text: Type.String({ pattern: "^a", description: "A text." }),
        none: Type.Optional(Type.String()),
        count: Type.Integer({ minimum: 1 }),
        flag: Type.Optional(Type.Boolean({ description: "A flag." })),
        list: Type.Array(Type.Enum(["a", "b"]), { uniqueItems: true }),
        record: Type.Record(Type.String(), Type.String(), { maxProperties: 2 }),
        word: Type.Literal("word", { description: "A word." }),
        anything: Type.Unknown({ description: "Anything." }),
        inner: Type.Optional(Type.Object({ a: Type.Optional(Type.Unknown()) })),
        own: Type.Unsafe<number>({ type: "number", "x-own": true }),
      },
      { additionalProperties: false },
    );
    expect(JSON.parse(JSON.stringify(built))).eql(SCHEMA);
  });
});
