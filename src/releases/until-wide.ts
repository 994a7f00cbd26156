import type { AuditModel, AuditResult } from './audit/model.ts'
import type { Draw } from './draw.ts'
import type { Publication } from './publication.ts'

export type Audit = (model: AuditModel) => Promise<AuditResult>

/** A unit's figure at a date, as it is published or taken back. */
export interface Place { unit: number, figure: number, date: number }

/**
 * What is public, as the audit sees it; `rests[i]` are the figures that equation i is made of. A target lies between
 * two dates (indices).
 */
export interface AuditedModel extends AuditModel {
  targets: ReadonlyArray<AuditModel['targets'][number] & { from: number, to: number }>
  rests: Place[][]
}

/** What an audit came to. */
export interface Audited {
  /** Suppressed small counts that were looked at. */
  audited: number
  /** The narrowest range of one of them that was wide enough. */
  narrowest: number | null
  seconds: number
  /** Small counts that earlier releases or the parent's figures alone narrow: no figure of this release can help. */
  narrowBefore: number
}

interface Input {
  audit: Audit
  draw: Draw
  publication: Publication
  model: () => AuditedModel
}

/**
 * Audits what would be public, takes back figures that narrow a suppressed count too far, drawn by the key among those
 * that its bounds rest on, and audits again, until none is too narrow that this release could widen.
 */
export async function auditUntilWide ({ audit, draw, publication, model }: Input): Promise<Audited> {
  let seconds = 0
  for (;;) {
    const current = model()
    if (current.targets.length === 0) return { audited: 0, narrowest: null, seconds, narrowBefore: 0 }
    const { narrow, narrowest, seconds: took } = await audit(current)
    seconds += took
    const taken = new Set<Place[]>()
    for (const { target, restsOn } of narrow) {
      const rests = restsOn.flatMap((equation) => current.rests[equation] ?? [])
      const touched = restsOn.map((equation) => current.rests[equation] ?? [])
      // What is taken back for one count often widens its neighbours as well: they are looked at in the next round.
      if (touched.some((rest) => taken.has(rest))) continue
      const open = rests.filter(({ unit, figure, date }) => publication.isNew(unit, figure, date))
      // Bounds can rest on figures of the whole year: those at the dates of the count itself widen it for sure.
      const { from = 0, to = 0 } = current.targets[target] ?? {}
      const near = open.filter(({ date }) => date >= from && date <= to)
      const drawn = draw.one(near.length > 0 ? near : open, ({ unit, figure, date }) =>
        `${target} ${unit} ${figure} ${date}`
      )
      if (drawn === undefined) continue
      publication.takeBack(drawn.unit, drawn.figure, drawn.date)
      for (const rest of touched) taken.add(rest)
    }
    if (taken.size === 0) {
      return { audited: current.targets.length, narrowest, seconds, narrowBefore: narrow.length }
    }
  }
}
