/** Whether Postgres can keep a text: it has neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** The text as Postgres can keep it, with the replacement character for what it cannot. */
export const toStorable = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
