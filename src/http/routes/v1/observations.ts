import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { acceptObservations } from '../../../observations/accept-observations.ts'
import { observationSet, replaceObservations } from '../../../observations/replace-observations.ts'
import { tidyFigures } from '../../../observations/tidy-figures.ts'
import type { Intake } from '../../../intake/intake.ts'
import { PERIODS } from '../../../domain/period.ts'
import type { PeriodObservations } from '../../../domain/observation.ts'
import { readObservationVersions } from '../../../observations/store/versions.ts'
import { LISTS_BYTES, ROWS_BYTES } from '../../plugins/bodies.ts'
import { sourceOf } from '../../plugins/permission.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { FIGURE_REPEATS } from '../../plugins/repeats.ts'
import { noteReceipt } from '../../plugins/rows-outcome.ts'
import { BATCH_ERRORS, batchOf, batchSchema, takeRows } from '../../plugins/row-bodies.ts'
import { BODY, DENIED, problems, SOURCE } from '../../schemas/common.ts'
import { documentedFiles } from '../../schemas/files.ts'
import { OBSERVATION_EXAMPLES, OBSERVATION_LINES } from '../../schemas/observations.ts'
import { receiptToWire } from '../../wire/events.ts'
import { observationsToWire } from '../../wire/observations.ts'
import { requestPool, within } from '../../../postgres/scoped.ts'

interface Options { intake: Intake, catalogue: Catalogue, clock: () => number }

/** Observations, from council systems. */
export const observationRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { intake, catalogue, clock }) => {
  takeRows(app, { pool: requestPool(intake.pool), catalogue, kind: 'observation' })

  app.post(
    '/observations',
    {
      bodyLimit: ROWS_BYTES,
      config: {
        permission: 'source',
        rows: 'observation',
        documentedBody: {
          content: {
            'application/json': {
              schema: Type.Union([Type.Ref('Observation'), Type.Array(Type.Ref('Observation'), { maxItems: 10_000 })], {
                'x-examples': OBSERVATION_EXAMPLES
              })
            },
            'application/x-ndjson': {
              schema: Type.String({
                description: 'One figure a line.',
                'x-examples': { batch: { summary: 'Two figures', value: OBSERVATION_LINES } }
              })
            },
            ...documentedFiles('observation')
          }
        }
      },
      schema: {
        operationId: 'sendObservations',
        tags: ['observations'],
        summary: 'Send one figure or a batch',
        description:
          'Answers after the commit. A figure is known by authority, service, measure, period, channel and ward: ' +
            'the same again is a duplicate, as is what an earlier version said; what was never sent before, or has a ' +
            'higher revision, replaces it, marks it revised and keeps it in the history. A quarter and the financial ' +
            'quarter of the same days are one figure: the same value again is a duplicate, another one a conflict. ' +
            'What another source sent is replaced by a source that takes over from it alone. ' +
            'At most 10,000 rows and 8 MiB a request.',
        ...batchSchema(FIGURE_REPEATS),
        response: { 200: Type.Ref('Receipt'), ...problems(...BATCH_ERRORS, 'unknown-measure') }
      }
    },
    async (request, reply) =>
      receiptToWire(noteReceipt(request, await acceptObservations(
        { intake, directory: directoryFor(catalogue, request), now: clock() }, batchOf(request, reply)
      )))
  )
}

/** All observations of one measure in one period together. */
export const periodObservationRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const { intake, catalogue, clock } = services
  const common = {
    tags: ['observations'],
    security: SOURCE,
    params: Type.Object({
      authority: Type.String({ description: 'Slug or GSS code.', examples: ['solihull'] }),
      service: Type.String({ examples: ['report-missed-bin'] }),
      measure: Type.String({ examples: ['collections_made'] })
    })
  }
  const unknown = [
    'unknown-authority',
    'unknown-service',
    'unknown-measure',
    'authority-not-allowed',
    'service-not-allowed',
    'service-not-delivered',
    'wrong-period',
    'too-far-in-future',
    'too-old'
  ] as const

  const OTHERS = ['rows-rejected', 'conflict', 'figure-of-another-source'] as const
  app.put('/observations/:authority/:service/:measure', {
    bodyLimit: LISTS_BYTES,
    config: { permission: 'source', rows: 'observation' },
    preValidation: async (request) => {
      request.body = tidyFigures(request.body)
    },
    schema: {
      ...common,
      operationId: 'replaceFigures',
      summary: 'Replace all figures of a period',
      description:
        'At once, all or nothing: figures that are not sent are withdrawn, and stay in the history. A late retry of ' +
          'what was sent before changes nothing; to go back to earlier figures, send a higher revision. Refused ' +
          'where another source sent one of the figures, unless this one takes over from it.',
      body: Type.Ref('Figures'),
      response: { 200: Type.Ref('Receipt'), ...problems(...DENIED, ...BODY, ...unknown, ...OTHERS) }
    }
  }, async (request) =>
    receiptToWire(noteReceipt(request, await replaceObservations(
      { intake, directory: directoryFor(catalogue, request), now: clock() },
      sourceOf(request),
      { ...request.params, observations: request.body as PeriodObservations }
    ))))

  app.get('/observations/:authority/:service/:measure', {
    config: { permission: 'source' },
    schema: {
      ...common,
      operationId: 'getFigures',
      summary: 'The figures of a period, with their history',
      querystring: Type.Object({
        period: Type.Enum([...PERIODS], { examples: ['week'] }),
        start_on: Type.String({
          format: 'date', description: 'First local day of the period.', examples: ['2025-05-26']
        })
      }, { additionalProperties: false }),
      response: { 200: Type.Ref('StoredFigures'), ...problems(...DENIED, ...unknown) }
    }
  }, async (request) => {
    const directory = directoryFor(catalogue, request)
    const { params, query: { period, start_on } } = request
    const set = observationSet(
      directory, sourceOf(request), { ...params, observations: { period, start_on, figures: [] } }, clock()
    )
    const authority = directory.authorityById.get(set.authorityId)?.slug ?? params.authority
    const versions = await readObservationVersions(within(intake.pool, { authorityIds: [set.authorityId] }), set)
    return { ...params, authority, period, start_on, figures: observationsToWire(versions, directory) }
  })
}
