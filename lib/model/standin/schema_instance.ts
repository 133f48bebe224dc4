/** A JSON schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

const FORMATS: Record<string, string> = {
  date: "2026-01-01",
  time: "09:00:00Z",
  "date-time": "2026-01-01T09:00:00.000Z",
  email: "practice@example.org",
  uri: "https://example.org",
  uuid: "00000000-0000-4000-8000-000000000000",
};
/** Nested schemas that refer to themselves end here. */
const MAX_DEPTH = 12;

/**
 * A value that is valid for `schema`, always the same one and as small as can be: no optional
 * items, no invented content. Knows what zod's JSON schemas use; patterns are not followed.
 */
export function schemaInstance(schema: JsonSchema): unknown {
  const definitions = { ...objectOf(schema.$defs), ...objectOf(schema.definitions) };
  return make(schema, { definitions, depth: 0 });
}

interface Context {
  definitions: Record<string, unknown>;
  depth: number;
}

function make(given: unknown, { definitions, depth }: Context): unknown {
  const schema = objectOf(given);
  const context = { definitions, depth: depth + 1 };
  if (depth > MAX_DEPTH) return null;
  if (typeof schema.$ref === "string") {
    return make(definitions[schema.$ref.split("/").at(-1)!], context);
  }
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choice = listOf(schema.anyOf) ?? listOf(schema.oneOf);
  if (choice) return make(choice[0], context);
  const parts = listOf(schema.allOf);
  if (parts) return make(merged([schema, ...parts.map(objectOf)]), context);
  return byType(schema, context);
}

function byType(schema: JsonSchema, context: Context): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "object":
      return makeObject(schema, context);
    case "array":
      return makeArray(schema, context);
    case "string":
      return makeString(schema);
    case "integer":
      return makeNumber(schema, 1);
    case "number":
      return makeNumber(schema, 0.5);
    case "boolean":
      return false;
    default:
      return "properties" in schema ? makeObject(schema, context) : null;
  }
}

function makeObject(schema: JsonSchema, context: Context): Record<string, unknown> {
  const properties = objectOf(schema.properties);
  const required = (listOf(schema.required) ?? []).filter((name) => typeof name === "string");
  return Object.fromEntries(required.map((name) => [name, make(properties[name], context)]));
}

function makeArray(schema: JsonSchema, context: Context): unknown[] {
  const prefix = listOf(schema.prefixItems) ?? [];
  const fixed = prefix.map((item) => make(item, context));
  const length = Math.max(numberOf(schema.minItems) ?? 0, fixed.length);
  const rest = Array.from({ length: length - fixed.length }, () => make(schema.items, context));
  return [...fixed, ...rest];
}

function makeString(schema: JsonSchema): string {
  if (typeof schema.format === "string" && schema.format in FORMATS) return FORMATS[schema.format]!;
  const shortest = numberOf(schema.minLength) ?? 0;
  const longest = numberOf(schema.maxLength) ?? Infinity;
  const text = "practice ".repeat(Math.ceil(Math.max(shortest, 8) / 9)).trimEnd();
  return text.padEnd(shortest, ".").slice(0, longest);
}

/** The number nearest to zero that the bounds allow. */
function makeNumber(schema: JsonSchema, step: number): number {
  const above = numberOf(schema.exclusiveMinimum);
  const below = numberOf(schema.exclusiveMaximum);
  const least = Math.max(
    numberOf(schema.minimum) ?? -Infinity,
    above === null ? -Infinity : above + step,
  );
  const most = Math.min(
    numberOf(schema.maximum) ?? Infinity,
    below === null ? Infinity : below - step,
  );
  const value = Math.min(Math.max(0, least), most);
  const multiple = numberOf(schema.multipleOf);
  return multiple ? Math.ceil(value / multiple) * multiple : value;
}

function merged(schemas: JsonSchema[]): JsonSchema {
  const whole: JsonSchema = {};
  for (const { allOf: _, ...schema } of schemas) {
    Object.assign(whole, schema, {
      properties: { ...objectOf(whole.properties), ...objectOf(schema.properties) },
      required: [...(listOf(whole.required) ?? []), ...(listOf(schema.required) ?? [])],
    });
  }
  return whole;
}

function objectOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

function listOf(value: unknown): unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
