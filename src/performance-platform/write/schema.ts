import { createRequire } from 'node:module'
import type { default as AjvDraft4, ErrorObject, KeywordDefinition, ValidateFunction } from 'ajv-draft-04'
import { isSpeltNumber } from '../../json/exact-json.ts'
import { FORMATS } from './formats.ts'

const require = createRequire(import.meta.url)

/** Checks one record; returns what is wrong with it, in words. */
export type RecordCheck = (record: Record<string, unknown>) => string[]

type Schema = Record<string, unknown>
const compiled = new WeakMap<Schema, RecordCheck>()

/** The check of a JSON Schema (draft 4), compiled once for each configuration. Throws if it is no schema. */
export function schemaCheck (schema: Schema): RecordCheck {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const check = compile(schema)
  compiled.set(schema, check)
  return check
}

/** Fields whose numbers were written with a fraction or exponent, as in 1.0: for a draft 4 schema no integers. */
const FRACTIONS = Symbol('fractions')
type Checked = Record<string, unknown> & { [FRACTIONS]?: Set<string> }

function compile (schema: Schema): RecordCheck {
  // Old schemas name `http://json-schema.org/schema#`, which means whatever draft the reader takes for the newest.
  // Loaded where somebody has a schema.
  const { default: Ajv } = require('ajv-draft-04') as { default: typeof AjvDraft4.default }
  const ajv = new Ajv({
    allErrors: true, strict: false, validateSchema: false, addUsedSchema: false, verbose: true, logger: false
  })
  for (const [name, fits] of Object.entries(FORMATS)) ajv.addFormat(name, fits)
  ajv.addKeyword(WRITTEN_AS_INTEGER)
  const validate: ValidateFunction = ajv.compile(withoutDialect(schema) as Schema)
  return (record) => {
    if (validate(plain(record))) return []
    return (validate.errors ?? []).filter(isOutermost).map(explain)
  }
}

const WRITTEN_AS_INTEGER: KeywordDefinition = {
  keyword: 'writtenAsInteger',
  errors: false,
  validate: (
    _schema: unknown,
    _data: unknown,
    _parent: unknown,
    at?: { parentData: unknown, parentDataProperty: string | number }
  ) => at === undefined || (at.parentData as Checked)[FRACTIONS]?.has(String(at.parentDataProperty)) !== true
}

// `integer` becomes a number that was written as a whole one; `$schema` goes, since ajv would look for it.
function withoutDialect (schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDialect)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(([key, value]) => !(key === '$schema' && typeof value === 'string'))
  const copy = Object.fromEntries(entries.map(([key, value]) => [key, key === 'enum' ? value : withoutDialect(value)]))
  const types = [copy['type']].flat()
  if (types.includes('integer') && !types.includes('number')) copy['writtenAsInteger'] = true
  return copy
}

function plain (record: Record<string, unknown>): Checked {
  const spelt = Object.entries(record).filter(([, value]) => isSpeltNumber(value))
  if (spelt.length === 0) return record
  const checked: Checked = { ...record }
  checked[FRACTIONS] =
    new Set(spelt.filter(([, value]) => /[.eE]/.test((value as { rawJSON: string }).rawJSON)).map(([key]) => key))
  for (const [key, value] of spelt) checked[key] = Number((value as { rawJSON: string }).rawJSON)
  return checked
}

// A failed alternative explains itself in errors of its own, which only make sense together.
const isOutermost = ({ schemaPath }: ErrorObject): boolean => !/\/(anyOf|oneOf|not)\/\d+\//.test(schemaPath)

function explain ({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === '' ? 'the record' : instancePath.slice(1).replaceAll('/', '.')
  const allowed = (params as { allowedValues?: unknown[] }).allowedValues
  return `${where} ${message ?? 'is not valid'}${allowed === undefined ? '' : `: ${allowed.join(', ')}`}`
}
