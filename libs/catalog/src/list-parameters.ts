// The parameters of a stage, read from its schema: name, type, range, default, meaning. `portrait stage describe`, the
// API, the checks of --set and docs/parameters.md show this list.
import type { StageSpec } from '@portrait/contracts';
import { z } from 'zod';

export interface Parameter {
  /** Dotted path below the stage, for example `optim.raysPerStep`. */
  path: string;
  /** Type and range in words: "integer 1 to 64", "plate | #rrggbb". */
  type: string;
  /** As JSON. */
  default: string;
  meaning: string;
}

interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  description?: string;
}

const number = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(6)));

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const low =
    minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER
      ? `from ${number(minimum)}`
      : exclusiveMinimum !== undefined
        ? `above ${number(exclusiveMinimum)}`
        : '';
  const high =
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
      ? `to ${number(maximum)}`
      : exclusiveMaximum !== undefined && exclusiveMaximum < Number.MAX_SAFE_INTEGER
        ? `below ${number(exclusiveMaximum)}`
        : '';
  return [low, high].filter((part) => part !== '').join(' ');
}

export function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', '');
  if (schema.enum) return schema.enum.map((value) => String(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' | ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeText).join(', ')}]`;
  if (schema.type === 'array') return `list of ${schema.items ? typeText(schema.items) : 'values'}`;
  if (schema.type === 'string') return schema.pattern?.includes('#[0-9a-fA-F]{6}') ? '#rrggbb' : 'text';
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type} ${range(schema)}`.trim();
  return Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
}

/** Parameters of a stage in the order of its schema, nested groups flattened. */
export function listParameters({ params }: Pick<StageSpec, 'params'>): Parameter[] {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const defaults: unknown = params.parse({});
  const found: Parameter[] = [];
  const visit = (node: JsonSchema, path: string[]): void => {
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const at = [...path, name];
      if (child.properties) visit(child, at);
      else
        found.push({
          path: at.join('.'),
          type: typeText(child),
          default: JSON.stringify(valueAt(defaults, at) ?? null),
          meaning: child.description ?? '',
        });
    }
  };
  visit(schema, []);
  return found;
}
