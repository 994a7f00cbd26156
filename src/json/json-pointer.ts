/** A name as a part of a JSON pointer (RFC 6901). */
export const pointerPart = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** The name that a part of a JSON pointer stands for. */
export const pointerName = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')
