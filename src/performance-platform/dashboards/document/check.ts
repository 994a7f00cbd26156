import type { TSchema } from 'typebox'
import type { ErrorCode, RowError } from '../../../errors.ts'
import { pointerPart } from '../../../json/json-pointer.ts'
import { choiceIn, lazySchema, namesIn, type SchemaError } from '../../../json/lazy-schema.ts'
import { formatErrors } from './formats.ts'
import { DashboardSchema, MATCHERS, MODULE_TYPES, moduleSchema, type Dashboard, type ModuleType } from './schema.ts'

type Form = Pick<ReturnType<typeof lazySchema>, 'errors'>
const dashboardForm: Form = lazySchema(DashboardSchema)
const moduleForms = new Map<
  unknown,
  Form
>(MODULE_TYPES.map((type: ModuleType) => [type, lazySchema(moduleSchema(type) as TSchema)]))
const DEEPEST = 5
// As JSON.stringify escapes them; a backslash of the text itself comes doubled.
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/

/** What would make the front end fail in a dashboard, with a pointer to each place; nothing if it is sound. */
export function dashboardErrors (body: unknown, slug: string): RowError[] {
  if (!isObject(body)) return [error('', 'invalid-value', 'A dashboard is a JSON object.')]
  if (UNSTORABLE.test(JSON.stringify(body))) {
    return [error('', 'invalid-value', 'A text holds a NUL character or half a surrogate pair, which cannot be kept.')]
  }
  const { modules } = body
  const other = typeof body['slug'] === 'string' && body['slug'] !== slug
  return [
    ...formErrors(dashboardForm, body, ''),
    ...(other ? [error('/slug', 'invalid-value', `The address says ${slug}: leave slug out, or send the same.`)] : []),
    ...(Array.isArray(modules) ? moduleErrors(modules, '/modules') : [])
  ]
}

/** A dashboard that `dashboardErrors` found sound, as it is stored. */
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
    const twice = slugs.has(slug)
      ? [
          error(
          `${pointer}/slug`,
          'invalid-value',
          `There is a module ${String(slug)} before it: its address would never lead here.`
          )
        ]
      : []
    slugs.add(slug)
    const form = moduleForms.get(type)
    if (form === undefined) {
      return [
        error(
          `${pointer}/module-type`,
          'unknown-module-type',
          `${type === undefined ? 'No module-type' : JSON.stringify(type)} would stop the front end; it knows ` +
            `${MODULE_TYPES.join(', ')}.`
        )
      ]
    }
    return [
      ...formErrors(form, module, pointer),
      ...formatErrors(module, pointer),
      ...twice,
      ...MATCHERS.filter((name) => !isPattern(module[name])).map((name) =>
        error(`${pointer}/${name}`, 'invalid-value', 'This is no regular expression.')
      ),
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

function formErrors (form: Form, value: object, at: string): RowError[] {
  const errors = form.errors(value).flatMap((one) => toErrors(one, at))
  return [...new Map(errors.map((one) => [one.pointer, one])).values()] // the first word on each place is enough
}

function toErrors (found: SchemaError, at: string): RowError[] {
  const { keyword, instancePath, message } = found
  const pointer = at + instancePath
  switch (keyword) {
    case 'required':
      return namesIn(found, 'requiredProperties').map((name) =>
        error(`${pointer}/${name}`, 'missing-field', `${name} is missing.`)
      )
    case 'additionalProperties':
      return namesIn(found, 'additionalProperties').map((name) =>
        error(`${pointer}/${pointerPart(name)}`, 'unknown-field', `The data API has no parameter ${name}.`)
      )
    default:
      return [error(pointer, 'invalid-value', `${instancePath.split('/').at(-1) ?? ''} ${message}${choiceIn(found)}.`)]
  }
}

const error = (pointer: string, code: ErrorCode, detail: string): RowError => ({ index: 0, pointer, code, detail })
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
