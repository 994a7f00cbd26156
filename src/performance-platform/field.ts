/** What the Performance Platform dialect takes for the name of a field. */
const FIELD = /^[a-z_][a-z0-9_]+$/i

export const isFieldName = (name: string): boolean => FIELD.test(name) && !name.endsWith('\n')

/** Fields with a leading underscore are the platform's own; of those a sender may set only these. */
export const SETTABLE_INTERNAL_FIELDS = new Set(['_id', '_timestamp', '_start_at', '_end_at'])

export const isInternalField = (name: string): boolean => name.startsWith('_')
