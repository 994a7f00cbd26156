/** What went wrong, without a stack: everything here says what to do, or is a system's error that says what failed. */
export function sentenceOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
