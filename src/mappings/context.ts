import type { Directory, Source } from '../catalogue/directory.ts'

/** Whose file it is, and by which catalogue its words are understood. */
export interface MappingContext { directory: Directory, source: Source }
