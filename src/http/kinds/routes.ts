import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { changeCatalogue } from '../../catalogue/catalogue-change.ts'
import { formatDay, parseDay } from '../../domain/calendar.ts'
import { ProblemError } from '../../errors.ts'
import { selfOf } from '../plugins/base-address.ts'
import { principalOf } from '../plugins/permission.ts'
import { formatOf } from '../formats/choose.ts'
import { linkPages, MOST_OF_CSV } from '../formats/paging.ts'
import { sendCsv } from '../formats/routes.ts'
import { ADMINISTRATOR, BODY, Day, DENIED, Licensed, licensed, OPERATOR, PageOf, problems } from '../schemas/common.ts'
import { putManyRoute } from './bulk.ts'
import { hyphenated, idOf, inWords, type Kind } from './kind.ts'
import { columnsOfKind, LIST, pageToJson, readPage, type ListQuery } from './list.ts'
import { checkSent, mustGovernRow, rejectOne, store } from './plan.ts'

export type KindServices = Omit<CatalogueChange, 'principal'>

const ListSchema = (kind: Kind) =>
  Type.Object({
    ...kind.filters,
    q: Type.Optional(Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Words of its names; case, accents and punctuation do not matter.',
      examples: ['st helens']
    })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.most, description: LIST.limit })),
    after: Type.Optional(Type.String({
      maxLength: 300, description: 'What follows the row with this key; see links.next.', examples: ['solihull']
    }))
  }, { additionalProperties: false })

/** Registers the addresses of a kind. */
export async function kindRoutes (app: FastifyInstance, kind: Kind, services: KindServices): Promise<void> {
  const has = (operation: NonNullable<Kind['without']>[number]): boolean => kind.without?.includes(operation) !== true
  for (const schema of [kind.row, ...(has('put') || has('putMany') ? [kind.input] : [])]) {
    if (app.getSchema(idOf(schema)) === undefined) app.addSchema(schema)
  }
  if (has('list')) listRoute(app, kind, services)
  if (has('get')) getRoute(app, kind, services)
  if (has('put')) putRoute(app, kind, services)
  if (has('putMany')) await putManyRoute(app, kind, services)
  if (has('delete')) deleteRoute(app, kind, services)
}

const codesOf = (kind: Kind) => kind.codes ?? []
const refOf = (kind: Kind) => Type.Ref(idOf(kind.row))
const urlOf = ({ path, address }: Kind): string =>
  `${path}/${address.map(({ parameter }) => `:${parameter}`).join('/')}`
const paramsOf = ({ address }: Kind) =>
  Type.Object(Object.fromEntries(address.map(({ parameter, example, description = 'Its name.' }) =>
    [parameter, Type.String({ maxLength: 300, description, examples: [example] })])))
const writing = ({ permission, tag }: Kind) => ({
  config: { permission }, common: { tags: [tag], security: permission === 'operator' ? OPERATOR : ADMINISTRATOR }
})

function listRoute (app: FastifyInstance, kind: Kind, { catalogue }: KindServices): void {
  const table = { title: kind.summary, columns: columnsOfKind(kind) }
  app.get(kind.path, {
    config: { permission: 'public', table: () => table },
    schema: {
      operationId: kind.operationIds?.list ?? `list${kind.many}`,
      tags: [kind.tag],
      summary: kind.summary,
      querystring: ListSchema(kind),
      response: {
        200: {
          ...PageOf(refOf(kind)),
          description: `${kind.many} in the order of their keys; the CSV has the columns that a bulk PUT takes.`
        },
        ...problems(...codesOf(kind))
      }
    }
  }, async (request, reply) => {
    const query = request.query as ListQuery
    const csv = formatOf(request) === 'csv'
    const self = selfOf(request)
    const page = readPage(kind, catalogue.directory, csv ? { limit: MOST_OF_CSV, ...query } : query, self)
    linkPages(reply, self, 'after', page.next)
    return csv ? await sendCsv(request, reply, page.rows) : pageToJson(page, request)
  })
}

function getRoute (app: FastifyInstance, kind: Kind, { catalogue }: KindServices): void {
  app.get(urlOf(kind), {
    config: { permission: 'public' },
    schema: {
      operationId: kind.operationIds?.get ?? `get${kind.one}`,
      tags: [kind.tag],
      summary: `One ${inWords(kind.one)}`,
      params: paramsOf(kind),
      response: { 200: Licensed(refOf(kind)), ...problems('not-found', ...codesOf(kind)) }
    }
  }, async (request) => {
    const { directory } = catalogue
    return licensed(kind.toWire(found(kind, directory, request), directory))
  })
}

function putRoute (app: FastifyInstance, kind: Kind, services: KindServices): void {
  const { config, common } = writing(kind)
  app.put(urlOf(kind), {
    config: { ...config, documentedBody: { ...Type.Ref(idOf(kind.input)), examples: kind.examples } },
    schema: {
      ...common,
      operationId: kind.operationIds?.put ?? `put${kind.one}`,
      summary: `Set one ${inWords(kind.one)}`,
      description:
        'What is left out stays as it is. No new version of the shipped files undoes it; one that was removed is ' +
          'there again.',
      params: paramsOf(kind),
      response: {
        200: Licensed(refOf(kind)),
        201: Licensed(refOf(kind)),
        ...problems(...DENIED, ...BODY, 'quota-exceeded', 'invalid-value', ...codesOf(kind))
      }
    }
  }, async (request, reply) => {
    const change = { ...services, principal: principalOf(request) }
    if (request.body === undefined) throw new ProblemError('empty-body', 'The body is empty; send application/json.')
    const given = givenBy(kind, change, request)
    const checked = await checkSent(kind, change, { rows: [contradicted(kind, given, request.body)], given })
    if (checked.errors.length > 0) throw rejectOne(checked)
    const [planned] = checked.planned
    if (planned === undefined) throw new TypeError('one row is planned')
    await store(kind, change, [planned], { action: `put-${hyphenated(kind.one)}`, subject: planned.key })
    const { directory } = services.catalogue
    const row = kind.existing(directory, planned.input)
    if (row === undefined) throw new TypeError(`${planned.key} was stored and is not there`)
    return await reply.code(planned.before === undefined ? 201 : 200).send(licensed(kind.toWire(row, directory)))
  })
}

function deleteRoute (app: FastifyInstance, kind: Kind, services: KindServices): void {
  const { config, common } = writing(kind)
  const canEnd = kind.end !== undefined
  app.delete(urlOf(kind), {
    config,
    schema: {
      ...common,
      operationId: kind.operationIds?.delete ?? `delete${kind.one}`,
      summary: `Remove one ${inWords(kind.one)}${canEnd ? ', or end it from a day on' : ''}`,
      description: 'Data that were stored keep its name. A PUT brings it back.',
      params: paramsOf(kind),
      ...(canEnd && {
        querystring: Type.Object({
          from: Type.Optional(Day('The first day on which it is no longer; left out: it was never.', '2026-05-07'))
        }, { additionalProperties: false })
      }),
      response: {
        204: Type.Null({ description: 'Done.' }),
        ...problems(...DENIED, 'not-found', 'in-use', 'invalid-period-range', ...codesOf(kind))
      }
    }
  }, async (request, reply) => {
    const change = { ...services, principal: principalOf(request) }
    const { directory } = services.catalogue
    const row = found(kind, directory, request)
    const authority = kind.authorityOf?.(directory, kind.toWire(row, directory))
    mustGovernRow(kind, change, kind.toWire(row, directory))
    const { from } = request.query as { from?: string }
    await kind.guard?.(change, row, from)
    const word = hyphenated(kind.one)
    const entry = { subject: kind.key(row, directory), authorityId: authority?.id ?? null }
    if (from === undefined) {
      await changeCatalogue(change, { ...entry, action: `delete-${word}`, detail: {} }, async (trx, at) => {
        await kind.remove(trx, row, at, directory)
      })
    } else {
      const lastDay = formatDay((parseDay(from) ?? 0) - 1)
      const { valid_from: begins } = kind.toWire(row, directory) as { valid_from?: string | null }
      if (begins != null && begins > lastDay) {
        throw new ProblemError(
          'invalid-period-range', `It begins on ${begins}; leave out from to remove it, or name a later day.`
        )
      }
      await changeCatalogue(change, { ...entry, action: `end-${word}`, detail: { from } }, async (trx, at) => {
        await kind.end?.(trx, row, lastDay, at, directory)
      })
    }
    return await reply.code(204).send(null)
  })
}

function found (kind: Kind, directory: CatalogueChange['catalogue']['directory'], { params }: FastifyRequest): object {
  const row = kind.find(directory, params as Record<string, string>)
  if (row !== undefined) return row
  throw new ProblemError('not-found', `There is no such ${inWords(kind.one)}; see /v1${kind.path}.`)
}

// The fields that the address gives: those of the row that is there, if it is known by another name.
function givenBy (kind: Kind, { catalogue }: CatalogueChange, { params }: FastifyRequest): Record<string, unknown> {
  const sent = params as Record<string, string>
  const given = Object.fromEntries(kind.address.map(({ parameter, field }) => [field, sent[parameter]]))
  return (kind.canonical?.(catalogue.directory, given) ?? given) as Record<string, unknown>
}

// A body may repeat what the address says, not contradict it.
function contradicted (kind: Kind, given: Record<string, unknown>, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const sent = body as Record<string, unknown>
  for (const { field } of kind.address) {
    if (sent[field] !== undefined && sent[field] !== given[field]) {
      throw new ProblemError('invalid-request', `body.${field} is not what the address says; leave it out.`)
    }
  }
  return sent
}
