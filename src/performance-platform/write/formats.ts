import { isIPv6 } from 'node:net'
import { parseTimestamp } from '../utc-instant.ts'

const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{1,255}$/
const LONGEST_LABEL = 63

/** Nobody's address has more characters; of a million the expression would take a second. */
const LONGEST_URI = 8000
const SEGMENT = '(?:[\\w.~!$&\'()*+,;=:@-]|%[\\dA-Fa-f]{2})'
const AUTHORITY = `(?:${SEGMENT}*|(?:${SEGMENT}*@)?\\[[\\dA-Fa-f:.]+\\](?::\\d*)?)`
const REST = `(?:[/?]|${SEGMENT})*`
const URI = new RegExp(
  '^[A-Za-z][A-Za-z\\d+.-]*:' +
    `(?://${AUTHORITY}(?:/${SEGMENT}*)*|/?${SEGMENT}(?:/|${SEGMENT})*|/?)(?:\\?${REST})?(?:#${REST})?$`
)

const isIpv4 = (text: string): boolean => IPV4.test(text) && text.split('.').every((part) => Number(part) <= 255)
const isHostName = (text: string): boolean =>
  HOST_NAME.test(text) && text.split('.').every(({ length }) => length <= LONGEST_LABEL)

function isDate (text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? []
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return year !== '' && at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day)
}

const isTime = (text: string): boolean => /^([01]?\d|2[0-3]):[0-5]?\d:([0-5]?\d|6[01])$/.test(text)

/**
 * The formats of a JSON Schema that the original checked, as its jsonschema 2.4 did: an address of mail has an @, no
 * more. `uri` it knew where the machine had rfc3987 installed. What is no text is in no format, and fits.
 */
export const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) => parseTimestamp(text) !== undefined,
  email: (text) => text.includes('@'),
  ipv4: isIpv4,
  'ip-address': isIpv4,
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  hostname: isHostName,
  'host-name': isHostName,
  uri: (text) => text.length <= LONGEST_URI && URI.test(text),
  date: isDate,
  time: isTime
}
