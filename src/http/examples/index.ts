import type { Examples } from './example.ts'
import { GOVERNING } from './governing.ts'
import { READING } from './reading.ts'
import { WRITING } from './writing.ts'

/** One whole request of each operation, by its operationId; test/http/examples.test.ts sends every one. */
export const EXAMPLES: Examples = { ...READING, ...WRITING, ...GOVERNING }
