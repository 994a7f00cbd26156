import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import {
  findDataSet, issueDataSetToken, removeDataSet, saveDataSet, type DataSetContext, type DataSetInput
} from '../data-set-settings.ts'
import type { DataSet } from '../../catalogue/directory.ts'
import { dataSetAsHolder } from '../../catalogue/tokens.ts'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { Type } from 'typebox'
import type { Intake } from '../../intake/intake.ts'
import { ProblemError } from '../../errors.ts'
import { recount } from '../write/count.ts'
import { schemaCheck } from '../write/schema.ts'
import { known } from '../../catalogue/explain.ts'
import { governs } from '../../catalogue/principal.ts'
import { principalOf, type Governors } from '../../http/plugins/permission.ts'
import { BODY, DENIED, problems } from '../../http/schemas/common.ts'
import { holds, PAGED, PageOf, pageOf } from '../../http/schemas/paging.ts'
import { DataSetBody, DataSetParams, DataSetTokenBody, DataSetView, NewDataSetToken } from './data-set-schemas.ts'
import { dataSetToWire } from './data-set-wire.ts'
import { sendSecret, tokenRoutes } from '../../http/routes/v1/tokens.ts'

/** Data sets of the Performance Platform dialect, for the operator and administrators of whom they are about. */
export const dataSetRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'> & { intake: Intake }> = async (
  app, services
) => {
  for (const schema of [DataSetBody, DataSetView, NewDataSetToken]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): DataSetContext => ({
    ...services, recount, principal: principalOf(request)
  })
  const { catalogue } = services
  const setIn = ({ params }: FastifyRequest): DataSet => {
    const { group, type } = params as { group: string, type: string }
    return findDataSet(catalogue.directory, group, type)
  }
  const toWire = (set: DataSet) => dataSetToWire(set, catalogue.directory)
  const common = { tags: ['data-sets'], params: DataSetParams }
  const url = '/data-sets/:group/:type'
  const setOf = ({ params }: FastifyRequest): DataSet | undefined => {
    const { group, type } = params as { group: string, type: string }
    return catalogue.directory.dataSet(group, type)
  }
  const governed = (request: FastifyRequest): Governors => {
    const set = setOf(request)
    return set && (set.authority_id === null ? [] : [set.authority_id])
  }
  const config = { permission: 'administrator' as const, governed }

  app.get('/data-sets', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'listDataSets',
      tags: ['data-sets'],
      summary: 'Data sets and how they are configured',
      description: 'In the order of their addresses. An administrator sees its own and those that are published.',
      querystring: Type.Object({
        authority: Type.Optional(Type.String({ maxLength: 120, examples: ['solihull'] })),
        service: Type.Optional(Type.String({ maxLength: 120, examples: ['report-missed-bin'] })),
        published: Type.Optional(Type.Boolean()),
        ...PAGED
      }, { additionalProperties: false }),
      response: {
        200: PageOf(Type.Ref('DataSet'), 'Data sets.'), ...problems(...DENIED, 'unknown-authority', 'unknown-service')
      }
    }
  }, async (request) => {
    const { directory } = catalogue
    const { query: { authority: ofName, service: slug, published, q, ...page } } = request
    const principal = principalOf(request)
    const authority = ofName === undefined
      ? undefined
      : known(directory.authority(ofName), 'unknown-authority', 'authority')
    const service = slug === undefined ? undefined : known(directory.service(slug), 'unknown-service', 'service')
    const found = directory.dataSets.filter((set) =>
      (set.published || governs(principal, set.authority_id ?? NOBODYS)) &&
      (authority === undefined || set.authority_id === authority.id) &&
      (service === undefined || set.service_id === service.id) &&
      (published === undefined || set.published === published) && holds(q, addressOf(set), set.name)
    )
    return pageOf(found.map(toWire), addressOf, page)
  })

  app.put(url, {
    config,
    schema: {
      ...common,
      operationId: 'putDataSet',
      summary: 'Create a data set or replace its configuration; its records stay',
      body: Type.Ref('DataSetSettings'),
      response: {
        200: Type.Ref('DataSet'),
        201: Type.Ref('DataSet'),
        ...problems(
          ...DENIED,
          ...BODY,
          'quota-exceeded',
          'unknown-authority',
          'unknown-service',
          'unknown-channel',
          'name-taken'
        )
      }
    }
  }, async (request, reply) => {
    const { group, type } = request.params
    const input = request.body as DataSetInput
    checkSchema(input.schema)
    const { created, set } = await saveDataSet(contextOf(request), group, type, input)
    return reply.code(created ? 201 : 200).send(toWire(set))
  })

  app.get(url, {
    config: {
      ...config, governed: (request) => setOf(request)?.published === true ? undefined : governed(request)
    },
    schema: {
      ...common,
      operationId: 'getDataSet',
      summary: 'A data set’s configuration',
      response: { 200: Type.Ref('DataSet'), ...problems(...DENIED, 'not-found') }
    }
  }, async (request) => toWire(setIn(request)))

  app.delete(url, {
    config,
    schema: {
      ...common,
      operationId: 'deleteDataSet',
      summary: 'Empty and remove a data set, with its tokens',
      response: { 204: Type.Null({ description: 'It is gone.' }), ...problems(...DENIED, 'not-found') }
    }
  }, async (request, reply) => {
    await removeDataSet(contextOf(request), setIn(request))
    return reply.code(204).send(null)
  })

  app.post(`${url}/tokens`, {
    config,
    schema: {
      ...common,
      operationId: 'issueDataSetToken',
      summary: 'Make a token for a data set, or take over one that a sender has; earlier ones stay valid',
      body: DataSetTokenBody,
      response: {
        201: Type.Ref('NewDataSetToken'),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'not-found', 'token-taken')
      }
    }
  }, async (request, reply) => {
    return sendSecret(reply, await issueDataSetToken(contextOf(request), setIn(request), request.body ?? {}))
  })

  tokenRoutes(app, contextOf, {
    url,
    tag: 'data-sets',
    config,
    params: DataSetParams,
    what: 'data set',
    list: 'listDataSetTokens',
    revoke: 'revokeDataSetToken',
    codes: [],
    holderIn: (request) => dataSetAsHolder(setIn(request))
  })
}

/** No authority's id. */
const NOBODYS = 0
const addressOf = ({ data_group: group, data_type: type }: Pick<DataSet, 'data_group' | 'data_type'>): string =>
  `${group}/${type}`

function checkSchema (schema: DataSetInput['schema']): void {
  if (schema === null || schema === undefined) return
  try {
    schemaCheck(schema)
  } catch (error) {
    throw new ProblemError(
      'invalid-request',
      `body.schema is no JSON Schema that can be used: ${(error as Error).message}`
    )
  }
}
