import { nearest } from '../../../catalogue/suggest.ts'
import type { RowError } from '../../../errors.ts'

/** How the front end can write a value; by another word it shows the value as it came. */
const FORMATTERS = [
  'time', 'date', 'duration', 'currency', 'percent', 'integer', 'number', 'sentence', 'plural', 'url'
]

/** The formats of a module, and of its axes, that the front end does not know or could not use. */
export function formatErrors (module: Record<string, unknown>, at: string): RowError[] {
  const axes = isObject(module['axes']) ? module['axes'] : {}
  return [
    ...['format', 'format-options'].flatMap((name) => ofFormat(module[name], `${at}/${name}`)),
    ...['x', 'y'].flatMap((name) => ofAxis(axes[name], `${at}/axes/${name}`))
  ]
}

function ofAxis (axis: unknown, at: string): RowError[] {
  if (Array.isArray(axis)) return axis.flatMap((one, i) => ofAxis(one, `${at}/${i}`))
  return isObject(axis) ? ofFormat(axis['format'], `${at}/format`) : []
}

function ofFormat (format: unknown, at: string): RowError[] {
  const type = isObject(format) ? format['type'] : format
  if (type === undefined || type === null) return []
  const pointer = isObject(format) ? `${at}/type` : at
  if (typeof type !== 'string' || !FORMATTERS.includes(type)) {
    const near = typeof type === 'string' ? nearest(type, FORMATTERS) : undefined
    const suggestion = type === 'dateRange' ? 'date' : near // which writes two dates as a range
    return [refused(pointer, `The front end has no format ${JSON.stringify(type)}; it has ${FORMATTERS.join(', ')}.` +
      (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`))]
  }
  const isUsable = type !== 'plural' || (isObject(format) && typeof format['singular'] === 'string')
  return isUsable ? [] : [refused(pointer, 'plural stops the front end where its format has no singular.')]
}

const refused = (pointer: string, detail: string): RowError => ({ index: 0, pointer, code: 'invalid-value', detail })
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
