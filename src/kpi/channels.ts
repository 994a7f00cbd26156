import type { Channel, Directory } from '../catalogue/directory.ts'
import type { EventTerm } from '../domain/kpi/event-term.ts'

/** Whether a channel is one that a term names, or of a digital class that it names, for a service on a day. */
export function isAmong (
  { kpis }: Directory,
  { classes, channels }: EventTerm,
  channel: Channel,
  serviceId: number,
  authorityId: number,
  day: number
): boolean {
  return (channels === undefined || channels.includes(channel.slug)) &&
    (classes === undefined || classes.includes(kpis.classOn(channel, serviceId, authorityId, day)))
}
