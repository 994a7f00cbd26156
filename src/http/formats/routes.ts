import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Type, type TObject, type TSchema } from 'typebox'
import { listOf, problems, UNCHANGED } from '../schemas/common.ts'
import { formatOf, isRead } from './choose.ts'
import { tableToCsv, CSV_TYPE } from './csv.ts'
import { tableOf } from './table.ts'

const NOT_ACCEPTABLE = problems('not-acceptable')[406]

/**
 * Adds to the contract what every GET has (304, 406), and what one with a table has: CSV, and `format`. After what adds
 * licences, and before `chooseFormats` looks at what there is.
 */
export function declareFormats (app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!isRead(route)) return
    const { querystring, response = {}, ...schema } = route.schema ?? {}
    route.schema = {
      ...schema,
      querystring: route.config?.table === undefined ? querystring : withFormat(route, querystring as TObject),
      response: {
        304: { description: UNCHANGED, type: 'null' },
        406: NOT_ACCEPTABLE,
        ...response as object,
        ...(route.config?.table !== undefined && { 200: withCsv(response as Record<number, TSchema>, schema) })
      }
    }
  })
}

function withFormat ({ config }: RouteOptions, { properties, ...query }: TObject): object {
  const formats = ['json', 'csv', ...(config?.jsonStat === true ? ['json-stat'] : [])]
  const description = 'Otherwise the Accept header decides.' +
    (config?.jsonStat === true ? ' json-stat: a dataset of JSON-stat 2.0 in place of what is described here.' : '')
  return {
    ...query,
    properties: {
      ...properties, format: Type.Optional(Type.Enum(formats, { description }))
    }
  }
}

function withCsv ({ 200: answer }: Record<number, TSchema>, { summary }: { summary?: string }): object {
  const { description = summary ?? '', content } = answer as { description?: string, content?: object }
  return {
    description,
    content: {
      ...content ?? { 'application/json': { schema: answer } },
      'text/csv': (content as Record<string, object> | undefined)?.['text/csv'] ?? {
        schema: Type.String({ description: 'One fact a row, columns as in JSON; `Link: rel="describedby"` has CSVW.' })
      }
    }
  }
}

/** Rows in the format that the request chose: the CSV of the route's table, or a list in JSON. */
export async function rowsFor <T extends object> (
  request: FastifyRequest, reply: FastifyReply, rows: T[]
): Promise<FastifyReply | ReturnType<typeof listOf<T>>> {
  return formatOf(request) === 'csv' ? await sendCsv(request, reply, rows) : listOf(rows)
}

/** Sends rows as the CSV of the route's table. */
export async function sendCsv (
  request: FastifyRequest, reply: FastifyReply, rows: Iterable<object>
): Promise<FastifyReply> {
  return await reply.type(CSV_TYPE).send(await tableToCsv(tableOf(request).columns, rows))
}
