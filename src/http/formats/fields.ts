import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { Type, type TObject, type TSchema } from 'typebox'
import { ProblemError } from '../../errors.ts'
import { formatOf, isRead } from './choose.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a list: the fields that its rows have. */
    rowFields?: readonly string[]
  }
}

/** What stands beside the rows of a list. */
const OF_LIST = new Set(['data', 'licence', 'attribution', 'links', 'next', 'total'])
const FieldsParameter = Type.Optional(Type.Array(Type.String({ maxLength: 60 }), {
  maxItems: 100,
  description: 'Only these fields of each row; repeat it, or put commas between.',
  examples: [['slug', 'name']]
}))

/**
 * Every list takes `fields`, in whatever form it is sent. A list is an answer of rows with no more than its licence and
 * links beside them. After what adds licences, before `declareFormats` documents tables.
 */
export function declareFields (app: FastifyInstance): void {
  app.addHook('onRoute', function (route) {
    const rowFields = isRead(route) ? fieldsOf(route, (id) => this.getSchema(id) as TSchema | undefined) : undefined
    if (rowFields === undefined) return
    const query = route.schema?.querystring as TObject
    route.config = { ...route.config, rowFields }
    route.schema = {
      ...route.schema, querystring: { ...query, properties: { ...query.properties, fields: FieldsParameter } }
    }
  })
}

/** Checks the fields that are asked for. After `chooseFormats`. */
export function takeFields (app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const { rowFields, table, types = [] } = request.routeOptions.config
    const query = request.query as { fields?: string[] }
    if (rowFields !== undefined && query.fields !== undefined) {
      query.fields = wanted(query.fields, rowFields)
      if (table === undefined && types.includes('text/csv') && formatOf(request) === 'csv') {
        throw new ProblemError('invalid-request', 'fields is for JSON here: the CSV has the columns of what was sent.')
      }
    }
    done()
  })
}

/** Takes what was not asked for out of the rows of a list. Before whatever makes an ETag of the answer. */
export function leaveOutFields (app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode !== 200) {
      done(null, payload)
      return
    }
    const { fields } = request.query as { fields?: readonly string[] }
    if (fields === undefined || !isList(request) || !isJson(payload, reply.getHeader('content-type'))) {
      done(null, payload)
      return
    }
    const { data, ...rest } = JSON.parse(payload.toString()) as { data?: Array<Record<string, unknown>> }
    if (data === undefined) { // what the columns of a list are
      done(null, payload)
      return
    }
    const rows = data.map((row) => Object.fromEntries(fields.flatMap((name) => name in row ? [[name, row[name]]] : [])))
    done(null, JSON.stringify({ data: rows, ...rest }))
  })
}

const isList = ({ routeOptions }: FastifyRequest): boolean => routeOptions.config.rowFields !== undefined
const isJson = (payload: unknown, type: unknown): payload is string | Buffer =>
  (typeof payload === 'string' || Buffer.isBuffer(payload)) && String(type).startsWith('application/json')

function wanted (asked: readonly string[], known: readonly string[]): string[] {
  const names = [...new Set(asked.flatMap((one) => one.split(',')).map((one) => one.trim()))]
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return names
  throw new ProblemError('invalid-request', `fields names what rows have not; they have ${known.join(', ')}.`)
}

function fieldsOf ({ schema }: RouteOptions, find: (id: string) => TSchema | undefined): string[] | undefined {
  const answer = (schema?.response as Record<number, TSchema> | undefined)?.[200] as
    { properties?: Record<string, TSchema>, content?: Record<string, { schema: TSchema }> } | undefined
  const { properties = {} } = (answer?.content?.['application/json']?.schema as TObject | undefined) ?? answer ?? {}
  const { items } = (properties['data'] ?? {}) as { items?: TSchema }
  if (items === undefined || Object.keys(properties).some((name) => !OF_LIST.has(name))) return undefined
  const row = '$ref' in items ? find(String(items.$ref)) : items
  return row === undefined || !('properties' in row)
    ? undefined
    : Object.keys((row as TObject).properties).filter((name) => !['licence', 'attribution'].includes(name))
}
