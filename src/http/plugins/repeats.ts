import { Type, type Static } from 'typebox'
import { parseDay } from '../../domain/calendar.ts'
import { EVENT_TYPE_NAMES } from '../../domain/event.ts'
import { ProblemError } from '../../errors.ts'
import type { Repeats } from '../../intake/repeats.ts'

const MOST_NAMES = 100

const narrowed = (what: string, example: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 120 }), {
    maxItems: MOST_NAMES,
    description: `With \`replace_period\`: replaces only what is of this ${what}; repeat for several.`,
    examples: [[example]]
  }))

const REPEATS = {
  on_repeat: Type.Optional(Type.Enum(['refuse', 'newest'], {
    default: 'refuse',
    description:
      'What becomes of a row that is stored already with other content. `refuse`: a conflict, unless it has a higher ' +
        'revision. `newest`: it replaces what is stored, unless that has a higher revision; what was said before and ' +
        'corrected since is a late retry and is passed over (`older` of the receipt).'
  })),
  replace_period: Type.Optional(Type.String({
    maxLength: 100,
    description:
      'Two local days, both inclusive. The batch is all there is of these days: it takes the place of what this ' +
        'source sent of them, at once; what is not in it is withdrawn and stays with its history (`voided` of the ' +
        'receipt). Strict only. `dry_run=true` shows what it would do.',
    examples: ['2025-05-01/2025-05-31']
  })),
  replace_authority: narrowed('authority', 'solihull'),
  replace_service: narrowed('service', 'report-missed-bin')
}

/** How repeats are meant, in the query of a batch of events and of one of figures. */
export const EVENT_REPEATS = {
  ...REPEATS,
  replace_type: Type.Optional(Type.Array(Type.Enum(EVENT_TYPE_NAMES), {
    maxItems: EVENT_TYPE_NAMES.length,
    description: 'With `replace_period`: replaces only what is of this type; repeat for several.',
    examples: [['transaction']]
  }))
}
export const FIGURE_REPEATS = { ...REPEATS, replace_measure: narrowed('measure', 'collections_made') }

type Asked = Partial<Static<ReturnType<typeof Type.Object<typeof EVENT_REPEATS & typeof FIGURE_REPEATS>>>>

const WRONG_PERIOD = 'replace_period is two local days in their order, both inclusive, such as 2025-05-01/2025-05-31.'

/** How a batch says that its repeats are meant. Throws `ProblemError` (invalid-period-range, invalid-request). */
export function repeatsOf (query: Asked, lenient: boolean): Repeats {
  const { on_repeat: onRepeat, replace_period: period } = query
  const [authorities, services, types, measures] = [
    query.replace_authority ?? [], query.replace_service ?? [], query.replace_type ?? [], query.replace_measure ?? []
  ]
  const newest = onRepeat === 'newest'
  if (period === undefined) {
    if (authorities.length + services.length + types.length + measures.length === 0) return { newest, period }
    throw new ProblemError('invalid-request', 'replace_authority and its like narrow replace_period, which is missing.')
  }
  if (lenient) {
    throw new ProblemError(
      'invalid-request',
      'A period is replaced whole or not at all, so replace_period does not go with Prefer: handling=lenient; mend ' +
        'the rows that a strict batch names, or leave them out.'
    )
  }
  const [startOn, endOn, ...more] = period.split('/').map(parseDay)
  if (startOn === undefined || endOn === undefined || more.length > 0 || startOn > endOn) {
    throw new ProblemError('invalid-period-range', WRONG_PERIOD)
  }
  return { newest, period: { startOn, endOn, authorities, services, types, measures } }
}
