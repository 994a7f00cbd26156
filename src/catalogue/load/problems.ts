/** The shipped files contradict one another, or are broken. `message` names each line and what to do. */
export class ShippedFilesError extends Error {
  readonly problems: readonly string[]

  constructor (problems: readonly string[]) {
    super(
      'The shipped catalogue is broken, so nothing of it was loaded. Mend these lines of src/catalogue/data:\n' +
        problems.join('\n')
    )
    this.name = 'ShippedFilesError'
    this.problems = problems
  }
}
