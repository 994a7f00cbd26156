import type { NeighbourModel, NeighbourRows } from './store/settings.ts'

/** The statistical neighbours of authorities, by a published model that was loaded. */
export class Neighbours {
  /** Undefined: none is loaded. */
  readonly model: NeighbourModel | undefined
  /** The neighbours of an authority with their ranks, the nearest first. */
  readonly #of: ReadonlyMap<number, ReadonlyArray<{ id: number, rank: number }>>

  constructor ({ model, rows }: NeighbourRows) {
    this.model = model
    this.#of = new Map(rows.map(({ authority_id, neighbours, ranks }) => [
      authority_id, neighbours.map((id, i) => ({ id, rank: ranks[i] ?? i + 1 }))
    ]))
  }

  /** The nearest first; undefined where the model leaves the authority out. */
  of (authorityId: number): ReadonlyArray<{ id: number, rank: number }> | undefined {
    return this.#of.get(authorityId)
  }

  get authorities (): number[] {
    return [...this.#of.keys()]
  }
}
