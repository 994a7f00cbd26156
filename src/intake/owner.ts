import type { Source } from '../catalogue/directory.ts'

/** Whose events and receipts: the first two parts of their keys. */
export interface Owner { ownerId: number, sourceId: number }

export const ownerOf = ({ id, authority_id }: Pick<Source, 'id' | 'authority_id'>): Owner => ({
  ownerId: authority_id, sourceId: id
})
