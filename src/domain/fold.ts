/**
 * Names as people write them: in any case, with or without accents and apostrophes, with `&` for `and`, with dashes or
 * spaces. Equal texts are the same name, as far as names go.
 */
export function fold (name: string): string {
  return name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
    .replaceAll(/['’‘ʼ`´]/g, '')
    .replaceAll('&', ' and ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .replaceAll(/\bsaint\b/g, 'st')
    .trim()
}

const KIND = '(?:city|borough|county|district|metropolitan|county borough|metropolitan borough|metropolitan district)'
const BEFORE = /^(?:the )?(?:(?:london |royal |metropolitan )?borough of |(?:city and )?county of |city of )/
const AFTER = new RegExp(`(?: ${KIND})? council$| (?:city|county|borough) of$`)

/**
 * A council's name without what only says that it is one: "London Borough of Sutton", "Sutton Council" and "sutton" are
 * the same. "City of London" stays: it is not London.
 */
export function foldCouncil (name: string): string {
  const folded = fold(name)
  const bare = folded.replace(AFTER, '').replace(BEFORE, '').trim()
  return bare === '' || bare === 'london' ? folded : bare
}

/** A ward's name, with or without the word. */
export const foldWard = (name: string): string => fold(name).replace(/(?<=.) ward$/, '')

/** Whether a name is written like a GSS code. A code is right or wrong, never nearly another. */
export const isCode = (name: string): boolean => /^[A-Z]\d{8}$/i.test(name)
