import type { RowError } from '../errors.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import { oneEach } from '../intake/one-each.ts'
import { MOST_VERSIONS, tooManyVersions } from '../intake/versions.ts'
import { compareKeys, figureOf, sayTheSame, type ObservationRow } from './store/row.ts'

type Checked = CheckedRow<ObservationRow>

export interface Distinct {
  /** The n-th revision of a figure that the batch brings is in the n-th layer; each in key order. */
  layers: Checked[][]
  repeated: RowError[]
  /** How many are passed over for newer ones of the batch. */
  older: number
}

/**
 * Takes each figure of a batch once. Refuses two that differ, but for revisions of their own: their order in the batch
 * does not say which is newer, and a quarter is the financial quarter of the same days.
 */
export function distinct (checked: readonly Checked[]): Distinct {
  const byFigure = new Map<string, Checked[]>()
  const repeated: RowError[] = []
  for (const one of checked) {
    const figure = figureOf(one.row)
    const known = byFigure.get(figure)
    if (known === undefined) {
      byFigure.set(figure, [one])
      continue
    }
    if (known.length >= MOST_VERSIONS) {
      repeated.push(tooManyVersions(one.index, '', 'This figure'))
      continue
    }
    const rivals = known.filter(({ row }) => isRival(row, one.row))
    const [rival] = rivals
    if (rival === undefined) known.push(one)
    else if (rivals.every(({ row }) => !sayTheSame(row, one.row))) repeated.push(refusal(rival, one))
    else if (rivals.length === 1 && rival.row.period === one.row.period && rival.row.revision === 0) {
      known[known.indexOf(rival)] = one // the same, and it says its revision
    }
  }
  return { layers: layersOf([...byFigure.values()]), repeated, older: 0 }
}

/** Takes one row of each figure: see `oneEach`. */
export function oneFigureEach (checked: readonly Checked[], newest: boolean): Distinct {
  const { rows, older, errors } = oneEach(checked, newest, { keyOf: figureOf, sayTheSame, refuse: refusal })
  return { layers: layersOf(rows.map((row) => [row])), repeated: errors, older }
}

/** Whether only one of two observations of the same figure can hold. */
const isRival = (a: ObservationRow, b: ObservationRow): boolean =>
  a.period !== b.period || a.revision === b.revision || a.revision === 0 || b.revision === 0

function layersOf (figures: readonly Checked[][]): Checked[][] {
  const layers: Checked[][] = []
  for (const ofFigure of figures) {
    for (const [n, one] of ofFigure.toSorted((a, b) => a.row.revision - b.row.revision).entries()) {
      (layers[n] ??= []).push(one)
    }
  }
  return layers.map((layer) => layer.sort((a, b) => compareKeys(a.row, b.row)))
}

function refusal (first: Checked, { index }: Checked): RowError {
  return {
    index,
    pointer: '',
    code: 'repeated-figure',
    detail:
      `Row ${first.index} of this batch gives the same figure another value; send each figure once, under one name ` +
        'of its period, or with a revision each.'
  }
}
