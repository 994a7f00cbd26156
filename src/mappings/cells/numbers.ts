/** What cells may count, each with how many of the field's own unit one of it is. */
export const UNITS = { pence: 1n, pounds: 100n, seconds: 1n, minutes: 60n, hours: 3600n, days: 86_400n } as const
export type Unit = keyof typeof UNITS

/** A whole number, or why a cell is none, to be put behind "it". */
export type WholeNumber = { value: number } | { why: string }

const CURRENCY = /^(?:£|GBP)\s*|\s*(?:GBP)$/i
const GROUPED = /^\d{1,3}(?:,\d{3})+(?=\.|$)|^\d{1,3}(?:['’ ]\d{3})+(?=\.|$)/
const SPAN = /^(\d{1,6}):([0-5]\d):([0-5]\d)$/
const isSpanUnit = (unit: Unit | undefined): boolean => unit !== 'pence' && unit !== 'pounds'

/**
 * Reads a whole number as people write it: thousands separated, with a sign or in brackets, money with its sign; a
 * decimal where the unit makes it whole. Never by way of a float.
 */
export function wholeNumber (
  text: string, { unit, decimalComma = false }: { unit?: Unit | undefined, decimalComma?: boolean | undefined } = {}
): WholeNumber {
  const span = isSpanUnit(unit) ? SPAN.exec(text) : null
  if (span !== null) {
    return { value: Number(span[1]) * 3600 + Number(span[2]) * 60 + Number(span[3]) }
  }
  const [isNegative, unsigned] = signOf(text.replaceAll(/[\u00a0\u2007\u2009\u202f]/g, ' ').trim())
  const inPence = unit === 'pounds' ? /^(\d+)\s*p$/i.exec(unsigned)?.[1] : undefined
  if (inPence !== undefined) return whole(isNegative, inPence, '', 1n)
  const isMoney = unit === 'pounds' || unit === 'pence'
  const bare = isMoney ? unsigned.replace(CURRENCY, '') : unsigned
  if (/^[$€]|[$€]$/.test(bare)) return { why: 'is of another currency than pounds' }
  if (/^£/.test(bare)) return { why: 'is money, and the field is none (or the mapping does not say its unit, pounds)' }
  if (/^\d(?:\.\d+)?e\+?\d+$/i.test(bare)) {
    return { why: 'was shortened by a spreadsheet; format the column as a number and save the file again' }
  }
  const plain = decimalComma ? bare.replaceAll('.', '').replace(',', '.') : bare
  const ungrouped = GROUPED.test(plain) ? plain.replace(GROUPED, (found) => found.replaceAll(/\D/g, '')) : plain
  const [, units, fraction] = /^(\d*)(?:\.(\d*))?$/.exec(ungrouped) ?? []
  if (units === undefined || ungrouped === '' || ungrouped === '.') {
    return {
      why: plain.includes(',') && /^[\d,]+$/.test(plain)
        ? 'has a comma where neither thousands end nor the mapping says decimal_comma'
        : 'is no number'
    }
  }
  return whole(isNegative, units, (fraction ?? '').replace(/0+$/, ''), unit === undefined ? 1n : UNITS[unit])
}

function signOf (text: string): [isNegative: boolean, unsigned: string] {
  const bracketed = /^\((.*)\)$/.exec(text)?.[1]
  if (bracketed !== undefined) return [true, bracketed.trim()]
  const signed = text.replaceAll(/[\u2212\u2012\u2013]/g, '-')
  const found = /^(£\s*|GBP\s*)?([-+])\s*(.*)$/i.exec(signed)
  if (found !== null) return [found[2] === '-', `${found[1] ?? ''}${found[3] ?? ''}`]
  return signed.endsWith('-') ? [true, signed.slice(0, -1).trim()] : [false, signed]
}

function whole (isNegative: boolean, units: string, fraction: string, times: bigint): WholeNumber {
  if (units.length + fraction.length > 30) return { why: 'has too many digits' }
  const [all, by] = [BigInt(`${units}${fraction}` || '0') * times, 10n ** BigInt(fraction.length)]
  if (all % by !== 0n) return { why: times === 1n ? 'is no whole number' : 'has too many decimals for its unit' }
  const value = Number(isNegative ? -(all / by) : all / by)
  return Number.isSafeInteger(value) ? { value: value === 0 ? 0 : value } : { why: 'is too large' }
}
