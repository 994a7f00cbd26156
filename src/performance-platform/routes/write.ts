import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { tokenToWrite } from '../data-set-settings.ts'
import type { DataSet, Directory } from '../../catalogue/directory.ts'
import { DataError } from '../data-error.ts'
import { askerOf, mayRead, secretOf } from '../may-read.ts'
import { isRecord } from '../write/check.ts'
import { Slices } from '../../domain/slices.ts'
import { addRecords, changeRecord, removeRecord, replaceRecords, type Sent } from '../write/accept.ts'
import { parseTimestamp } from '../utc-instant.ts'
import { noteRecords } from '../../http/plugins/rows-outcome.ts'
import { BODY_BYTES, bytesOf, jsonBody } from './body.ts'
import { DOCUMENTED } from './documented.ts'
import { NO_CACHE, sendJson } from './respond.ts'
import type { DialectServices } from './services.ts'

type Find = (directory: Directory, params: Record<string, string | undefined>) => DataSet | undefined

const byAddress: Find = (directory, { group = '', type = '' }) => directory.dataSet(group, type)
const byName: Find = (directory, { name = '' }) => directory.dataSetNamed(name)

export const DEPRECATED = 'Deprecated: use /data/{data_group}/{data_type} instead of the name of the data set.'

/** The endpoints that write schemaless data sets. */
export function writeRoutes (app: FastifyInstance, services: DialectServices, nameUrl: string): void {
  const { catalogue, clock } = services
  // Before the body is read: whether there is such a data set, then whether the sender may write to it.
  const admit = (find: Find): onRequestAsyncHookHandler => async (request, reply) => {
    const set = find(catalogue.directory, request.params as Record<string, string>)
    const { directory } = catalogue
    // Whoever may neither write nor read it does not learn that it is there.
    if (set === undefined || set.labels !== null || !mayRead(directory, set, askerOf(request, clock()))) {
      throw new DataError(404, 'data_set not found')
    }
    const secret = secretOf(request)
    const token = secret === undefined ? undefined : tokenToWrite(directory, set, secret, clock())
    if (token === undefined) await app.countFailure(request, reply)
    if (secret === undefined) throw new DataError(401, 'Unauthorized: send the header Authorization: Bearer <token>')
    if (token === undefined) throw new DataError(401, 'Unauthorized: this is no token of the data set')
    await app.countWrite(token.id, reply)
    app.noteTokenUse(request, token)
    request.dataSet = set
    request.dataSetToken = token.id
  }
  const config = { permission: 'data-set' as const, rows: 'record' as const }
  const options = (find: Find) => ({
    config, schema: { hide: true }, bodyLimit: BODY_BYTES, onRequest: admit(find)
  })
  const url = '/data/:group/:type'

  app.post(url, { ...options(byAddress), ...DOCUMENTED.add }, async (request, reply) => {
    noteRecords(request, await addRecords(services, dataSetOf(request), listIn(request)))
    return await ok(request, reply)
  })
  app.post(nameUrl, {
    ...options(byName), config: { ...config, ...DOCUMENTED.addByName.config }
  }, async (request, reply) => {
    noteRecords(request, await addRecords(services, dataSetOf(request), listIn(request)))
    return await ok(request, reply, DEPRECATED)
  })
  app.put(url, { ...options(byAddress), ...DOCUMENTED.replace }, async (request, reply) => {
    const received = await replaceRecords(services, dataSetOf(request), {
      ...bodyOf(request),
      read: async (slices) => {
        const body = await jsonBody(request, slices)
        if (!Array.isArray(body)) throw new DataError(400, 'PUT takes a list: what the data set is to hold')
        return body as unknown[]
      }
    })
    noteRecords(request, received)
    return await ok(request, reply, `${dataSetOf(request).name} now contains ${received} records`)
  })
  app.post(`${url}/transform`, {
    ...options(byAddress), config: { ...config, ...DOCUMENTED.transform.config }
  }, async (request, reply) => {
    checkTransform(await jsonBody(request, new Slices()))
    return await ok(request, reply)
  })
  app.patch(`${url}/:id`, { ...options(byAddress), ...DOCUMENTED.change }, async (request, reply) => {
    await changeRecord(services, dataSetOf(request), idOf(request), bodyOf(request))
    return await ok(request, reply)
  })
  app.delete(`${url}/:id`, { ...options(byAddress), ...DOCUMENTED.remove }, async (request, reply) => {
    await removeRecord(services, dataSetOf(request), idOf(request))
    return await ok(request, reply)
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The data set that the request may write to. */
    dataSet: DataSet | null
    /** Id of the token that it may be written with. */
    dataSetToken: string | null
  }
}

function dataSetOf ({ dataSet }: FastifyRequest): DataSet {
  if (dataSet === null) throw new TypeError('this route lacks admit')
  return dataSet
}

const idOf = ({ params }: FastifyRequest): string => (params as { id: string }).id

const bodyOf = (request: FastifyRequest): Sent<unknown> => ({
  bytes: bytesOf(request), read: async (slices) => await jsonBody(request, slices)
})

function listIn (request: FastifyRequest): Sent<unknown[]> {
  const { bytes, read } = bodyOf(request)
  return {
    bytes,
    read: async (slices) => {
      const body = await read(slices)
      return Array.isArray(body) ? body as unknown[] : [body]
    }
  }
}

// No transforms are configured here: a request for them is understood, and has nothing to do.
function checkTransform (body: unknown): void {
  if (!isRecord(body) || !Object.hasOwn(body, '_start_at')) {
    throw new DataError(400, 'You must specify a _start_at, and may specify an _end_at')
  }
  for (const key of ['_start_at', '_end_at']) {
    const value = body[key]
    if (value !== undefined && (typeof value !== 'string' || parseTimestamp(value) === undefined)) {
      throw new DataError(400, `${key} is not a valid timestamp`)
    }
  }
}

async function ok (request: FastifyRequest, reply: FastifyReply, message?: string): Promise<FastifyReply> {
  return await sendJson(request, reply.header('cache-control', NO_CACHE), {
    status: 'ok', ...(message === undefined ? {} : { message })
  })
}
