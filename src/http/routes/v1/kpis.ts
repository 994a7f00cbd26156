import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay } from '../../../domain/calendar.ts'
import { currentVersion, type Definition } from '../../../domain/kpi/definition.ts'
import { Type } from 'typebox'
import { ProblemError } from '../../../errors.ts'
import { addVersion, checkDefinition, retireKpi } from '../../../kpi/administration/definitions.ts'
import { previewKpi } from '../../../kpi/preview.ts'
import type { Tables } from '../../../postgres/tables.ts'
import { columnsOf } from '../../formats/columns.ts'
import { rowsFor } from '../../formats/routes.ts'
import { withLinks } from '../../plugins/base-address.ts'
import { principalOf } from '../../plugins/permission.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { BODY, Day, DENIED, ListOf, OPERATOR, problems } from '../../schemas/common.ts'
import { KpiSchema } from '../../schemas/kpis.ts'
import { PreviewQuery } from '../../schemas/kpi-preview.ts'
import { kpiToWire } from '../../wire/kpis.ts'
import { previewToWire } from '../../wire/kpi-preview.ts'

interface Options extends Reading { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number }

export const KpiParams = Type.Object({
  kpi: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', examples: ['digital-take-up'] })
})

const SHOWN_ALONE = ['kpi', 'version', 'origin', 'created_at', 'links', 'licence', 'attribution']

const VERSIONS = columnsOf(KpiSchema, { flat: false })

/** Definitions of KPIs; src/http/kinds lists them, and the measures that they are made of. */
export const kpiRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { db, catalogue, clock, ...reading }) => {
  app.get('/kpis/:kpi', {
    config: { permission: 'public' },
    schema: {
      operationId: 'getKpi',
      tags: ['kpis'],
      summary: 'A KPI, as defined today',
      params: KpiParams,
      response: { 200: Type.Ref('Kpi'), ...problems('unknown-kpi') }
    }
  }, async (request) => {
    const { params } = request
    const { kpis, today } = catalogue.directory
    const version = currentVersion(known(kpis.kpi(params.kpi), 'unknown-kpi', 'KPI'), formatDay(today))
    if (version === undefined) throw new TypeError('a KPI without versions')
    return withLinks(request, kpiToWire(version))
  })

  app.get('/kpis/:kpi/versions', {
    config: {
      permission: 'public',
      table: ({ params }) => {
        const { kpi } = params as { kpi: string }
        return { title: `Versions of ${kpi}`, columns: VERSIONS }
      }
    },
    schema: {
      operationId: 'listKpiVersions',
      tags: ['kpis'],
      summary: 'Every version of a KPI’s definition',
      params: KpiParams,
      response: { 200: ListOf(Type.Ref('Kpi'), 'In the order of their numbers.'), ...problems('unknown-kpi') }
    }
  }, async (request, reply) => {
    const rows = known(catalogue.directory.kpis.kpi(request.params.kpi), 'unknown-kpi', 'KPI')
      .map((version) => withLinks(request, kpiToWire(version)))
    return await rowsFor(request, reply, rows)
  })

  app.put('/kpis/:kpi', {
    config: { permission: 'operator' },
    preValidation: passOverShown,
    schema: {
      operationId: 'putKpi',
      tags: ['kpis'],
      summary: 'Add a version of a KPI’s definition',
      description:
        'Earlier versions are never edited: periods that start before effective_from keep theirs. A version with ' +
          'state retired ends the KPI. With `dry_run=true` the definition is checked, and the answer has its values ' +
          'of the last 12 months, or the days asked for, as if it had always been in force; nothing is stored.',
      security: OPERATOR,
      params: KpiParams,
      querystring: PreviewQuery,
      body: Type.Ref('KpiDefinition'),
      response: {
        200: { ...Type.Ref('KpiPreview'), description: 'With dry_run: what it would give.' },
        201: Type.Ref('Kpi'),
        ...problems(
          ...DENIED,
          ...BODY,
          'unknown-measure',
          'unknown-channel',
          'unknown-authority',
          'unknown-service',
          'invalid-period-range'
        )
      }
    }
  }, async (request, reply) => {
    const { params: { kpi }, query: { dry_run: dryRun = false, ...parameters } } = request
    const definition = request.body as Definition
    if (dryRun) {
      const { directory } = catalogue
      checkDefinition(directory, definition)
      const asked = { ...parameters, period: parameters.period ?? 'month' }
      const preview = await previewKpi(sessionOf(reading, request), directory, { kpi, definition }, asked, clock())
      return reply.code(200).send(previewToWire(preview, directory))
    }
    const [other] = Object.keys(parameters)
    if (other !== undefined) {
      throw new ProblemError('invalid-request', `${other} goes with dry_run=true, which shows values.`)
    }
    const version = await addVersion({ db, catalogue, clock, principal: principalOf(request) }, kpi, definition)
    return reply.code(201).send(withLinks(request, kpiToWire(version)))
  })

  app.delete('/kpis/:kpi', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'retireKpi',
      tags: ['kpis'],
      summary: 'End a KPI from a day on',
      description:
        'Adds a version with state retired: periods that start on the day or later have no value of it, and earlier ' +
          'ones keep theirs.',
      security: OPERATOR,
      params: KpiParams,
      querystring: Type.Object({
        from: Type.Optional(Day('The first day on which it is no longer; today, if left out.', '2026-04-01'))
      }, { additionalProperties: false }),
      response: {
        204: Type.Null({ description: 'Ended.' }), ...problems(...DENIED, 'unknown-kpi', 'not-found', 'in-use')
      }
    }
  }, async (request, reply) => {
    const { params: { kpi }, query: { from = formatDay(catalogue.directory.today) } } = request
    await retireKpi({ db, catalogue, clock, principal: principalOf(request) }, kpi, from)
    return reply.code(204).send(null)
  })
}

// What was read can be changed and sent back: what only an answer says is passed over.
async function passOverShown (request: FastifyRequest): Promise<void> {
  const { body } = request
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return
  request.body = Object.fromEntries(Object.entries(body).filter(([name]) => !SHOWN_ALONE.includes(name)))
}
