import type { Directory } from '../../catalogue/directory.ts'
import type { Preview } from '../../kpi/preview.ts'
import { licensed } from '../schemas/common.ts'
import { seriesWith } from './kpis.ts'

/** What a definition would give, with the number that it would have. */
export function previewToWire ({ version: { kpi, version, title, unit }, services }: Preview, directory: Directory) {
  const data = services.flatMap(({ service, query, series }) =>
    series.map(seriesWith(directory, query)).map(({ group, values }) => ({
      group: { ...group, service: service.slug }, values
    }))
  )
  return licensed({ dry_run: true as const, kpi, version, title, unit, data, time_zone: 'Europe/London' })
}
