/** Runs a transaction when its turn has come. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

export const atOnce: InTurn = async (work) => await work()
