import type pg from 'pg'
import type { Directory, Source } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { ProblemError } from '../errors.ts'
import { piecesOf } from '../intake/pieces.ts'
import type { ReplacedPeriod } from '../intake/repeats.ts'
import { Replaced } from '../intake/replaced.ts'
import type { ChangedPlace } from '../rollups/index.ts'
import { figuresInPeriod, type FigureQuestion } from './store/in-period.ts'
import { keyOf, type ObservationRow } from './store/row.ts'
import { withdrawFigures, type Sent } from './store/write.ts'

/** Figures of a period that one batch may take the place of. */
const MOST_REPLACED = 50_000

/** Which of a source's figures a batch replaces: those of periods within some days, of what it names. */
export class ReplacedFigures extends Replaced<ObservationRow> {
  readonly #source: Source

  /** Throws `ProblemError` for a name that is not known. */
  constructor (directory: Directory, source: Source, period: ReplacedPeriod) {
    super(directory, source, period, {
      what: 'figure',
      pointer: '/start_on',
      days: ({ startOn, endOn }) => ({ first: startOn, last: endOn }),
      part: {
        idOf: ({ measureId }) => measureId,
        pointer: '/measure',
        parameter: 'replace_measure',
        what: 'measure',
        named: period.measures.map((slug) => known(directory.kpis.measure(slug), 'unknown-measure', 'measure').id),
        possible: undefined,
        show: (id) => directory.kpis.measures.find((measure) => measure.id === id)?.slug ?? String(id)
      }
    })
    this.#source = source
  }

  /** Every place of which a figure may go: to be locked before anything is compared. */
  get places (): ChangedPlace[] {
    const { authorityIds, serviceIds } = this.#question
    return authorityIds.flatMap((authorityId) => serviceIds.map((serviceId) => ({ authorityId, serviceId })))
  }

  get #question (): FigureQuestion {
    const [authorityIds = reportsOn(this.#source), serviceIds = [...this.#source.services], measureIds] = this.named
    return { startOn: this.startOn, endOn: this.endOn, authorityIds, serviceIds, measureIds }
  }

  /** Withdraws what is stored of it and not among `rows`; returns that. Throws `ProblemError` as `mustBeNamed` does. */
  async withdrawOthers (client: pg.ClientBase, rows: readonly ObservationRow[], sent: Sent): Promise<ObservationRow[]> {
    const stored = await figuresInPeriod(client, this.#source.id, this.#question, MOST_REPLACED)
    if (stored.length > MOST_REPLACED) {
      throw new ProblemError(
        'period-too-large',
        `More than ${MOST_REPLACED} figures are stored of the period; replace shorter periods, one after the other.`
      )
    }
    const kept = new Set(rows.map(keyOf))
    const gone = stored.filter((row) => !kept.has(keyOf(row)))
    this.mustBeNamed(rows, gone)
    for (const some of piecesOf(gone)) await withdrawFigures(client, some, sent)
    return gone
  }
}
