import { isUnknown } from '../catalogue/directory.ts'
import { listOf } from '../catalogue/explain.ts'
import { nearest } from '../catalogue/suggest.ts'
import { OUTCOMES } from '../domain/event.ts'
import { PERIODS } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { keyOf } from '../files/table.ts'
import { columnsOf, partsOf } from './columns.ts'
import type { MappingContext } from './context.ts'
import { FIELDS, fieldType, REQUIRED, type FieldType } from './fields.ts'
import type { Field, Mapping } from './schema.ts'

const MOST_COLUMNS = 300
const MOST_SAID = 5
/** Which parts of a field's mapping go with what it becomes. */
const DATED: readonly FieldType[] = ['instant', 'day']

/** Throws `ProblemError` (invalid-request), naming each place, for a mapping that could never be read through. */
export function checkMapping (mapping: Mapping, context: MappingContext): void {
  const wrong = [...wrongWhole(mapping), ...Object.entries(mapping.fields).flatMap(([name, field]) =>
    wrongField(name, field, mapping, context).map((why) => `body/fields/${name}${why}`)
  )]
  if (wrong.length === 0) return
  const more = wrong.length > MOST_SAID ? ` And ${wrong.length - MOST_SAID} more.` : ''
  throw new ProblemError('invalid-request', `${wrong.slice(0, MOST_SAID).join(' ')}${more}`)
}

function wrongWhole (mapping: Mapping): string[] {
  const { kind, fields, figures = [] } = mapping
  const given = new Set(Object.keys(fields))
  const inEach = (['measure', 'channel', 'ward'] as const).filter((name) =>
    figures.length > 0 && figures.every((figure) => figure[name] !== undefined))
  const needed = REQUIRED[kind].filter((name) =>
    !given.has(name) && !inEach.includes(name as 'measure') && !(name === 'value' && figures.length > 0))
  const both = (['measure', 'channel', 'ward'] as const).filter((name) =>
    given.has(name) && figures.some((figure) => figure[name] !== undefined))
  return [
    ...needed.map((name) => `body/fields/${name} is missing; every ${kind} needs it, from a column or as a value.`),
    ...both.map((name) => `body/figures: ${name} is given both by a figure and in fields; say it in one place.`),
    ...figures.length > 0 && kind === 'event' ? ['body/figures: an event has no figures; take it out.'] : [],
    ...figures.length > 0 && given.has('value')
      ? ['body/fields/value goes with one figure a row; take it or figures out.']
      : [],
    ...columnsOf(mapping).length > MOST_COLUMNS ? [`body/fields names more than ${MOST_COLUMNS} columns.`] : []
  ]
}

function wrongField (name: string, field: Field, { kind }: Mapping, context: MappingContext): string[] {
  const type = fieldType(kind, name)
  if (type === undefined) {
    const near = nearest(name, Object.keys(FIELDS[kind]))
    return [` is not a field of an ${kind}${near === undefined ? '; take it out.' : `; did you mean ${near}?`}`]
  }
  const { column, value, template, hash, words, if_blank: ifBlank } = field
  const sources = [column, value, template, hash].filter((one) => one !== undefined)
  const wrong: string[] = []
  if (sources.length !== 1) wrong.push(' says where it comes from by exactly one of column, value, template and hash.')
  if ((template !== undefined || hash !== undefined) && type !== 'id') {
    wrong.push(' may not have a template or hash: ids have.')
  }
  if (template !== undefined && !partsOf(template).some((part) => 'column' in part)) {
    wrong.push('/template names no column; put its heading into braces, as in {Ref No}.')
  }
  if (field.equal_rows !== undefined && hash === undefined) wrong.push('/equal_rows goes with hash alone.')
  if ((field.date !== undefined || field.time !== undefined) && !(DATED.includes(type) && column !== undefined)) {
    wrong.push('/date and /time go with a date of a column alone.')
  }
  if (field.unit !== undefined && type !== 'integer') wrong.push('/unit goes with a number alone.')
  if (REQUIRED[kind].includes(name) && ifBlank === 'leave-out') {
    wrong.push(`/if_blank may not be leave-out: every ${kind} needs ${name}.`)
  }
  const instead = typeof ifBlank === 'object' ? ifBlank.value : undefined
  if (type === 'integer' && isZero(instead)) wrong.push('/if_blank may not be 0: what is not known is not none.')
  const ours = [...value === undefined ? [] : [['/value', value] as const],
    ...instead === undefined ? [] : [['/if_blank/value', instead] as const],
    ...Object.entries(words ?? {}).map(([theirs, one]) => [`/words/${theirs}`, one] as const)]
  for (const [place, one] of ours) {
    const why = one === null ? undefined : wrongValue(name, type, one, context)
    if (why !== undefined) wrong.push(`${place}: ${why}`)
  }
  return wrong
}

const isZero = (value: unknown): boolean => value === 0 || (typeof value === 'string' && /^-?0+(?:\.0*)?$/.test(value.trim()))

/** Why a value that a mapping gives a field could never be taken. */
function wrongValue (
  name: string, type: FieldType, value: string | number | boolean, context: MappingContext
): string | undefined {
  if (type === 'integer') return typeof value === 'number' ? undefined : 'is no whole number.'
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'is neither true nor false.'
  if (type === 'attribute') return undefined // what it may be depends on the service of each row
  if (typeof value !== 'string') return 'is no text.'
  const { directory, source } = context
  if (name === 'channel') {
    if (Object.keys(source.channels).some((alias) => keyOf(alias) === keyOf(value))) return undefined
    const found = directory.channel(value)
    return isUnknown(found) ? `there is no channel ${value}; use a word of /v1/channels.` : undefined
  }
  if (name === 'service') {
    const found = directory.service(value)
    if (isUnknown(found)) return `there is no service ${value}.`
    if (source.services.includes(found.id)) return undefined
    return `the source may not write for ${found.slug}; it may for ${
      listOf(source.services.flatMap((id) => directory.serviceById.get(id)?.slug ?? []), 'and')}.`
  }
  if (name === 'authority') return isUnknown(directory.authority(value)) ? `there is no authority ${value}.` : undefined
  if (name === 'outcome') return value in OUTCOMES ? undefined : `is none of ${Object.keys(OUTCOMES).join(', ')}.`
  if (name === 'period') return PERIODS.some((one) => one === value) ? undefined : `is none of ${PERIODS.join(', ')}.`
  return undefined
}
