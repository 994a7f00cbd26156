import { orNull, type Line } from './files.ts'
import type { At, ShippedChannel } from './shipped.ts'

export function shippedChannels (lines: Line[]): Array<At<ShippedChannel>> {
  return lines.map(({ at, cells }) => ({
    at,
    row: {
      slug: cells['channel'] ?? '',
      label: cells['label'] ?? '',
      digital_class: cells['digital_class'] ?? '',
      performance_platform_key: orNull(cells['performance_platform_key']),
      aliases: (cells['aliases_seen_pipe_separated'] ?? '').split('|').filter((alias) => alias !== ''),
      note: cells['note'] ?? '',
      valid_to: null
    }
  }))
}
