import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { ErrorCode, RowError } from '../../errors.ts'
import { DashboardSchema, MATCHERS, MODULE_TYPES, moduleSchema, type Dashboard, type ModuleType } from './schema.ts'

const dashboardForm = Compile(DashboardSchema)
const moduleForms = new Map<unknown, ReturnType<typeof Compile>>(MODULE_TYPES.map((type: ModuleType) => [type, Compile(moduleSchema(type) as TSchema)]))
const DEEPEST = 5
// As JSON.stringify escapes them; a backslash of the text itself comes doubled.
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/

/** What would make the front end fail in a dashboard, with a pointer to each place; nothing if it is sound. */
export function dashboardErrors (body: unknown, slug: string): RowError[] {
  if (!isObject(body)) return [error('', 'invalid-value', 'A dashboard is a JSON object.')]
  if (UNSTORABLE.test(JSON.stringify(body))) return [error('', 'invalid-value', 'A text holds a NUL character or half a surrogate pair, which cannot be kept.')]
  const { modules } = body
  const other = typeof body['slug'] === 'string' && body['slug'] !== slug
  return [
    ...formErrors(dashboardForm, body, ''),
    ...(other ? [error('/slug', 'invalid-value', `The address says ${slug}: leave slug out, or send the same.`)] : []),
    ...(Array.isArray(modules) ? moduleErrors(modules, '/modules') : [])
  ]
}

/** A dashboard that `dashboardErrors` found sound, as it is kept. */
export function soundDashboard (body: object, slug: string): Dashboard {
  return { ...body, slug, 'page-type': 'dashboard' } as Dashboard
}

function moduleErrors (modules: unknown[], at: string, depth = 1): RowError[] {
  if (depth > DEEPEST) return [error(at, 'invalid-value', `Modules lie within one another ${DEEPEST} deep at most.`)]
  const slugs = new Set<unknown>()
  return modules.flatMap((module, i) => {
    const pointer = `${at}/${i}`
    if (!isObject(module)) return [error(pointer, 'invalid-value', 'A module is a JSON object.')]
    const { slug, 'module-type': type, modules: children, tabs } = module
    const twice = slugs.has(slug) ? [error(`${pointer}/slug`, 'invalid-value', `There is a module ${String(slug)} before it: its address would never lead here.`)] : []
    slugs.add(slug)
    const form = moduleForms.get(type)
    if (form === undefined) {
      return [error(`${pointer}/module-type`, 'unknown-module-type', `${type === undefined ? 'No module-type' : JSON.stringify(type)} would stop the front end; it knows ${MODULE_TYPES.join(', ')}.`)]
    }
    return [
      ...formErrors(form, module, pointer),
      ...twice,
      ...MATCHERS.filter((name) => !isPattern(module[name])).map((name) => error(`${pointer}/${name}`, 'invalid-value', 'This is no regular expression.')),
      ...(Array.isArray(children) ? moduleErrors(children, `${pointer}/modules`, depth + 1) : []),
      ...(type === 'tab' && Array.isArray(tabs) ? moduleErrors(tabs, `${pointer}/tabs`, depth + 1) : [])
    ]
  })
}

function isPattern (text: unknown): boolean {
  if (typeof text !== 'string') return true
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

interface SchemaError { keyword: string, instancePath: string, message: string, params: Record<string, unknown> }

function formErrors (form: { Errors: (value: unknown) => Iterable<unknown> }, value: object, at: string): RowError[] {
  const errors = [...form.Errors(value)].flatMap((one) => toErrors(one as SchemaError, at))
  return [...new Map(errors.map((one) => [one.pointer, one])).values()] // the first word on each place is enough
}

function toErrors ({ keyword, instancePath, message, params }: SchemaError, at: string): RowError[] {
  const pointer = at + instancePath
  const names = (key: string): string[] => [params[key]].flat().filter((name): name is string => typeof name === 'string')
  switch (keyword) {
    case 'boolean': return [] // the other half of additionalProperties
    case 'required': return names('requiredProperties').map((name) => error(`${pointer}/${name}`, 'missing-field', `${name} is missing.`))
    case 'additionalProperties': return names('additionalProperties').map((name) => error(`${pointer}/${escape(name)}`, 'unknown-field', `The data API has no parameter ${name}.`))
    default: {
      const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : ''
      return [error(pointer, 'invalid-value', `${instancePath.split('/').at(-1) ?? ''} ${message}${allowed}.`)]
    }
  }
}

const error = (pointer: string, code: ErrorCode, detail: string): RowError => ({ index: 0, pointer, code, detail })
const escape = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
