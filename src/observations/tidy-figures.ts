import { PeriodObservationsSchema } from '../domain/observation.ts'
import { tidyRow } from '../domain/tidy.ts'

const { properties } = PeriodObservationsSchema
const OF_PERIOD = new Set(Object.keys(properties))
const OF_FIGURE = new Set(Object.keys(properties.figures.items.properties))

/** A period's figures as they are meant: see `tidyRow`. What is no such body is given back as it is. */
export function tidyFigures (body: unknown): unknown {
  const period = tidyRow(body, OF_PERIOD) as { figures?: unknown } | null
  return Array.isArray(period?.figures)
    ? { ...period, figures: period.figures.map((figure) => tidyRow(figure, OF_FIGURE)) }
    : period
}
