import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify'
import { Type } from 'typebox'
import { selfOf } from '../plugins/base-address.ts'
import { CsvwSchema, csvwOf } from './csvw.ts'
import { addLinks, withParameter } from './paging.ts'
import { fileName, tableBy } from './table.ts'

const CSVW_TYPE = 'application/csvm+json'
const METADATA = '-metadata.json'

/**
 * Beside every table the CSVW metadata of its CSV, at the same address with `-metadata.json` behind the path, for
 * everybody; and on every answer the links from one form to the others. After `declareFormats`, so that both addresses
 * take the same query.
 */
export function describeTables (app: FastifyInstance): void {
  app.addSchema(CsvwSchema)
  app.addHook('onRoute', function (route) {
    if (route.method === 'GET' && route.config?.table !== undefined) metadataRoute(this, route)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode === 200 && request.routeOptions.config.table !== undefined) linkForms(request, reply)
    done(null, payload)
  })
}

function metadataRoute (
  app: FastifyInstance, { routePath, schema = {}, config }: RouteOptions & { routePath: string }
): void {
  const { operationId = '', summary = '', tags = [], querystring, params, response } = schema as FastifySchema & {
    operationId?: string, summary?: string, tags?: string[]
  }
  const { table, rowFields } = config ?? {}
  if (table === undefined) return
  const content = { schema: Type.Ref('Csvw') }
  app.get(`${routePath}${METADATA}`, {
    config: { permission: 'public', ...(rowFields !== undefined && { rowFields }) },
    schema: {
      operationId: `describe${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`,
      summary: `${summary}: what the columns of its CSV are`,
      tags,
      ...(params !== undefined && { params }),
      querystring,
      response: {
        ...response as object,
        200: { description: 'CSVW.', content: { [CSVW_TYPE]: content, 'application/json': content } }
      }
    }
  }, async (request, reply) => {
    const [path = '', query] = selfOf(request).split('?')
    const address = `${path.slice(0, -METADATA.length)}${query === undefined ? '' : `?${query}`}`
    const type = request.answerType === 'application/json' ? request.answerType : CSVW_TYPE
    return await reply.type(type).send(JSON.stringify(
      csvwOf(tableBy(table, request), withParameter(address, 'format', 'csv'))
    ))
  })
}

function linkForms (request: FastifyRequest, reply: FastifyReply): void {
  const url = selfOf(request)
  if (!String(reply.getHeader('content-type')).startsWith('text/csv')) {
    addLinks(reply, `<${withParameter(url, 'format', 'csv')}>; rel="alternate"; type="text/csv"`)
    return
  }
  const [path = '', query] = withParameter(url, 'format', undefined).split('?')
  const metadata = `${path}${METADATA}${query === undefined ? '' : `?${query}`}`
  addLinks(
    reply,
    `<${metadata}>; rel="describedby"; type="${CSVW_TYPE}"`,
    `<${withParameter(url, 'format', 'json')}>; rel="alternate"; type="application/json"`
  )
  void reply.header('content-disposition', `attachment; filename="${fileName(request)}"`)
}
