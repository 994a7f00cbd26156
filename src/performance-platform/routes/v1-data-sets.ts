import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type pg from 'pg'
import {
  findDataSet, issueDataSetToken, removeDataSet, saveDataSet, type DataSetContext, type DataSetInput
} from '../data-set-settings.ts'
import type { DataSet } from '../../catalogue/directory.ts'
import { dataSetAsHolder } from '../../catalogue/tokens.ts'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { Type } from 'typebox'
import { ProblemError } from '../../errors.ts'
import { recount } from '../write/count.ts'
import { schemaCheck } from '../write/schema.ts'
import { principalOf } from '../../http/plugins/permission.ts'
import { BODY, DENIED, OPERATOR, problems } from '../../http/schemas/common.ts'
import { DataSetBody, DataSetParams, DataSetTokenBody, DataSetView, NewDataSetToken } from './data-set-schemas.ts'
import { dataSetToWire } from './data-set-wire.ts'
import { sendSecret, tokenRoutes } from '../../http/routes/v1/tokens.ts'

/** Data sets of the Performance Platform dialect: the operator's endpoints. */
export const dataSetRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'> & { pool: pg.Pool }> = async (
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
  const common = { tags: ['data-sets'], security: OPERATOR, params: DataSetParams }
  const url = '/data-sets/:group/:type'

  app.put(url, {
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'putDataSet',
      summary: 'Create a data set or replace its configuration; its records stay',
      body: Type.Ref('DataSetSettings'),
      response: {
        200: Type.Ref('DataSet'),
        201: Type.Ref('DataSet'),
        ...problems(...DENIED, ...BODY, 'unknown-authority', 'unknown-service', 'unknown-channel', 'name-taken')
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
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'getDataSet',
      summary: 'A data set’s configuration',
      response: { 200: Type.Ref('DataSet'), ...problems(...DENIED, 'not-found') }
    }
  }, async (request) => toWire(setIn(request)))

  app.delete(url, {
    config: { permission: 'operator' },
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
    config: { permission: 'operator' },
    schema: {
      ...common,
      operationId: 'issueDataSetToken',
      summary: 'Make a token for a data set, or take over one that a sender has; earlier ones stay valid',
      body: DataSetTokenBody,
      response: { 201: Type.Ref('NewDataSetToken'), ...problems(...DENIED, ...BODY, 'not-found', 'token-taken') }
    }
  }, async (request, reply) => {
    return sendSecret(reply, await issueDataSetToken(contextOf(request), setIn(request), request.body ?? {}))
  })

  tokenRoutes(app, contextOf, {
    url,
    tag: 'data-sets',
    permission: 'operator',
    params: DataSetParams,
    what: 'data set',
    list: 'listDataSetTokens',
    revoke: 'revokeDataSetToken',
    codes: [],
    holderIn: (request) => dataSetAsHolder(setIn(request))
  })
}

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
