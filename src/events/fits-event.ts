import { fastInstant } from '../domain/calendar.ts'
import { EVENT_TYPES, OUTCOMES } from '../domain/event.ts'

const CODE = /^[a-z0-9][a-z0-9-]{0,59}$/
const NAME = /^[a-z][a-z0-9_]{0,39}$/
const MOST_ATTRIBUTES = 20
const MOST_COUNT = 2_147_483_647

/**
 * Whether a row surely has the form of an event. A quick yes for what senders send; no means that the schema has to be
 * asked. It must never say yes where `EventSchema` says no: test/unit/fits-event.test.ts compares them.
 */
export function surelyFits (row: unknown): boolean {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false
  let required = 0
  for (const name in row) {
    const value = (row as Record<string, unknown>)[name]
    switch (name) {
      case 'id':
        if (!isId(value)) return false
        required++
        break
      case 'authority':
      case 'service':
        if (!isText(value, 1, 100)) return false
        required++
        break
      case 'occurred_at':
        if (typeof value !== 'string' || fastInstant(value) === undefined) return false
        required++
        break
      case 'type':
        if (typeof value !== 'string' || !Object.hasOwn(EVENT_TYPES, value)) return false
        break
      case 'channel':
        if (!isText(value, 0, 60)) return false
        break
      case 'outcome':
        if (typeof value !== 'string' || !Object.hasOwn(OUTCOMES, value)) return false
        break
      case 'ward':
        if (value !== null && !isText(value, 0, 80)) return false
        break
      case 'count':
      case 'duration_seconds':
        if (!isWhole(value, 0, MOST_COUNT)) return false
        break
      case 'street':
        if (!isWhole(value, 1, 99_999_999)) return false
        break
      case 'revision':
        if (!isWhole(value, 1, 1_000_000)) return false
        break
      case 'amount_pence':
        if (!isWhole(value, -999_999_999_999, 999_999_999_999)) return false
        break
      case 'avoidable':
        if (typeof value !== 'boolean') return false
        break
      case 'attributes':
        if (!areAttributes(value)) return false
        break
      default:
        return false
    }
  }
  return required === 4
}

function isText (value: unknown, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most
}

function isWhole (value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

function isId (value: unknown): boolean {
  if (typeof value !== 'string' || value.length === 0 || value.length > 128) return false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 0x21 || code > 0x7E) return false
  }
  return true
}

function areAttributes (value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  let count = 0
  for (const name in value) {
    const one = (value as Record<string, unknown>)[name]
    if (++count > MOST_ATTRIBUTES || !NAME.test(name)) return false
    if (typeof one === 'string' ? !CODE.test(one) : typeof one !== 'boolean' && !Number.isInteger(one)) return false
  }
  return true
}
