import { z } from 'zod';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/** One key of a file: its dotted path, what it takes, its default, what it means. */
export interface Field {
  readonly path: string;
  readonly takes: string;
  readonly standard: string;
  readonly required: boolean;
  readonly description: string | undefined;
}

const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

const forms = ({ anyOf, oneOf }: JsonSchema) => anyOf ?? oneOf ?? [];

/** What a schema takes, in words. */
function takes(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  const several = forms(schema);
  if (several.length > 0) return [...new Set(several.map(takes))].join(' or ');
  if (schema.prefixItems !== undefined) return `list of ${schema.prefixItems.length}`;
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'values' : takes(schema.items)}`;
  if (schema.type === 'object') return 'keys below';
  const least = schema.exclusiveMinimum !== undefined ? ` above ${schema.exclusiveMinimum}` : '';
  const from = schema.minimum !== undefined && schema.minimum > -1e15 ? ` from ${schema.minimum}` : '';
  const to = schema.maximum !== undefined && schema.maximum < 1e15 ? ` to ${schema.maximum}` : '';
  const name =
    schema.type === 'integer'
      ? 'whole number'
      : schema.type === 'string'
        ? 'text'
        : (schema.type ?? 'anything');
  return `${name}${least}${from}${to}`;
}

/** Every key of a schema in its order, objects before what is in them. */
export function fieldsOf(schema: z.ZodType): Field[] {
  const fields: Field[] = [];
  const visit = (here: JsonSchema, path: string) => {
    for (const [key, value] of Object.entries(here.properties ?? {})) {
      const at = path === '' ? key : `${path}.${key}`;
      // A key that several forms of an object have (the name of each) is one field.
      if (fields.some((field) => field.path === at)) continue;
      const inside = value.default !== undefined && !isPlain(value.default) ? undefined : value.default;
      fields.push({
        path: at,
        takes: takes(value),
        standard: inside === undefined ? '' : code(inside),
        required: (here.required ?? []).includes(key),
        description: value.description,
      });
      visit(value, at);
      for (const form of forms(value)) visit(form, at);
      if (value.items !== undefined) visit(value.items, `${at}[]`);
    }
  };
  visit(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, '');
  return fields;
}

/** A default that is worth printing: no object, whose own keys have theirs. */
const isPlain = (value: unknown) => typeof value !== 'object' || value === null || Array.isArray(value);

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The page of all keys, Markdown. */
export function fieldPage(title: string, about: string, schema: z.ZodType): string {
  const rows = fieldsOf(schema).map(({ path, takes: what, standard, required, description = '' }) => {
    const usual = required ? '**needed**' : standard;
    return `| \`${path}\` | ${cell(what)} | ${cell(usual)} | ${cell(description)} |`;
  });
  return [
    `# ${title}`,
    '',
    about,
    '',
    '| key | takes | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
