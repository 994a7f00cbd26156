import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay, localDay } from '../../../domain/calendar.ts'
import { versionInForce, type Definition, type KpiVersion } from '../../../domain/kpi/definition.ts'
import { Type } from 'typebox'
import { addVersion } from '../../../kpi/administration/definitions.ts'
import type { Tables } from '../../../postgres/tables.ts'
import { principalOf } from '../../plugins/permission.ts'
import { BODY, DENIED, listOf, ListOf, OPERATOR, problems } from '../../schemas/common.ts'
import { kpiToWire } from '../../wire/kpis.ts'

interface Options { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number }

export const KpiParams = Type.Object({
  kpi: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', examples: ['digital-take-up'] })
})

const EXAMPLE = {
  title: 'Missed bins per 100,000 collections',
  formula: 'Confirmed misses over collections made, times 100,000, over the same days.',
  source: 'Norm agreed by the pilot’s councils',
  source_date: '2014-04-01',
  owner: 'Waste group',
  effective_from: '2014-04-01',
  state: 'agreed',
  unit: 'per-100000',
  scale: 100000,
  polarity: 'lower',
  target: { at_most: 50 },
  min_denominator: 1,
  min_coverage: 0.9,
  numerator: [{ events: 'transaction', outcomes: { confirmed: 1 }, counts: { misses_confirmed: 1 } }],
  denominator: [{ measure: 'collections_made' }]
}

/** Definitions of KPIs and the measures they are made of. */
export const kpiRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { db, catalogue, clock }) => {
  app.get('/measures', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listMeasures',
      tags: ['kpis'],
      summary: 'What figures for periods may be figures of',
      response: { 200: ListOf(Type.Ref('Measure'), 'Every measure.'), ...problems() }
    }
  }, async () => listOf(catalogue.directory.kpis.measures.map(({ id: _id, ...measure }) => measure)))

  // The version of today; where none is in force (yet, or any more), the last one that there is.
  const current = (versions: readonly KpiVersion[]): KpiVersion[] =>
    [versionInForce(versions, formatDay(localDay(clock()))) ?? versions.at(-1)].filter((version) =>
      version !== undefined
    )

  app.get('/kpis', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listKpis',
      tags: ['kpis'],
      summary: 'All KPIs, as defined today',
      response: { 200: ListOf(Type.Ref('Kpi'), 'Every KPI, in the order of their names.'), ...problems() }
    }
  }, async () => listOf([...catalogue.directory.kpis.kpis.values()].flatMap(current).map(kpiToWire)))

  app.get('/kpis/:kpi', {
    config: { permission: 'public' },
    schema: {
      operationId: 'getKpi',
      tags: ['kpis'],
      summary: 'A KPI, as defined today',
      params: KpiParams,
      response: { 200: Type.Ref('Kpi'), ...problems('unknown-kpi') }
    }
  }, async ({ params }) => {
    const [version] = current(known(catalogue.directory.kpis.kpi(params.kpi), 'unknown-kpi', 'KPI'))
    if (version === undefined) throw new TypeError('a KPI without versions')
    return kpiToWire(version)
  })

  app.get('/kpis/:kpi/versions', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listKpiVersions',
      tags: ['kpis'],
      summary: 'Every version of a KPI’s definition',
      params: KpiParams,
      response: { 200: ListOf(Type.Ref('Kpi'), 'In the order of their numbers.'), ...problems('unknown-kpi') }
    }
  }, async ({ params }) => listOf(known(catalogue.directory.kpis.kpi(params.kpi), 'unknown-kpi', 'KPI').map(kpiToWire)))

  app.put('/kpis/:kpi', {
    config: { permission: 'operator' },
    schema: {
      operationId: 'putKpi',
      tags: ['kpis'],
      summary: 'Add a version of a KPI’s definition',
      description:
        'Earlier versions are never edited: periods that start before effective_from keep theirs. A version with ' +
          'state retired ends the KPI.',
      security: OPERATOR,
      params: KpiParams,
      body: { ...Type.Ref('KpiDefinition'), examples: [EXAMPLE] },
      response: { 201: Type.Ref('Kpi'), ...problems(...DENIED, ...BODY, 'unknown-measure') }
    }
  }, async (request, reply) => {
    const version = await addVersion(
      { db, catalogue, clock, principal: principalOf(request) }, request.params.kpi, request.body as Definition
    )
    return reply.code(201).send(kpiToWire(version))
  })
}
